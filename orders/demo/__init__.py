"""A believable office to try things out in. Only for practice: it charges the stand-in."""
