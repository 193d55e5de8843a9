"""The people of the run: worker processes fed with jobs, and killed at random instants."""

import multiprocessing
import queue
import random
import threading
import time
from collections import Counter
from collections.abc import Iterable
from multiprocessing.context import ForkServerContext, ForkServerProcess

from bench.faults.plan import Job
from bench.faults.worker import serve

ANSWER_WITHIN_S = 90
AGAIN = 2  # how often somebody presses again what a kill or a busy database cut short


class Crew:
    """Hands jobs to worker processes. A worker is killed (-9) as often as ``kills`` says, each time
    somewhere inside a job; then somebody presses the same button again, or nobody does.
    """

    def __init__(self, workers: int, seed: int) -> None:
        self.said: Counter[str] = Counter()
        self.errors: list[str] = []
        self.killed = 0
        self._workers = workers
        self._seed = seed
        self._context: ForkServerContext = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["bench.faults.worker"])
        self._lock = threading.Lock()
        self._owed = 0.0
        self._per_job = 0.0

    def work(self, jobs: Iterable[Job], kills: int = 0) -> None:
        """Return when every job was done."""
        waiting: queue.SimpleQueue[tuple[Job, int]] = queue.SimpleQueue()
        number = 0
        for number, job in enumerate(jobs, start=1):  # noqa: B007
            waiting.put((job, AGAIN))
        self._owed, self._per_job = 0.0, kills / max(number, 1)
        hands = [
            threading.Thread(target=self._hand, args=[waiting, hand])
            for hand in range(min(self._workers, number))
        ]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()

    def _hand(self, waiting: "queue.SimpleQueue[tuple[Job, int]]", hand: int) -> None:
        chance = random.Random(f"{self._seed}:kills:{hand}")
        worker = _Worker(self._context)
        while True:
            try:
                job, again = waiting.get_nowait()
            except queue.Empty:
                break
            said = worker.do(job, self._kill_after(chance))
            if said == "killed":
                worker = _Worker(self._context)
            self._note(said)
            if said in ("killed", "database busy") and again and chance.random() < 0.7:
                waiting.put((job, again - 1))
        worker.end()

    def _kill_after(self, chance: random.Random) -> float | None:
        """When to kill during the next job, in seconds, if a kill is owed."""
        with self._lock:
            self._owed += self._per_job
            if self._owed < 1:
                return None
            self._owed -= 1
        # Most of a job is over within the first tenths of a second.
        return chance.choice([chance.uniform(0, 0.1), chance.uniform(0, 0.5)])

    def _note(self, said: str) -> None:
        with self._lock:
            self.said[said.splitlines()[0][:60]] += 1
            if said == "killed":
                self.killed += 1
            elif said.startswith("error"):
                self.errors.append(said)


class _Worker:
    """One process at the other end of a pipe."""

    def __init__(self, context: ForkServerContext) -> None:
        self._wire, theirs = context.Pipe()
        self._process: ForkServerProcess = context.Process(target=serve, args=[theirs], daemon=True)
        self._process.start()
        theirs.close()

    def do(self, job: Job, kill_after_s: float | None) -> str:
        """What came of the job; "killed" when the process did not live to tell."""
        self._wire.send(job.as_dict())
        if kill_after_s is not None:
            time.sleep(kill_after_s)
            self._process.kill()
            self._process.join()
            return "killed"
        if not self._wire.poll(ANSWER_WITHIN_S):
            self.end()
            return f"error: no answer to {job} within {ANSWER_WITHIN_S} s"
        return str(self._wire.recv())

    def end(self) -> None:
        self._process.kill()
        self._process.join()
