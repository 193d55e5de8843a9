"""The pages about the API, for people who signed in: the document, and the same to read."""
