"""The people of the run: worker processes fed with jobs, and killed (-9) at random instants and at
failpoints.
"""

import multiprocessing
import queue
import random
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Sequence
from multiprocessing.context import ForkServerContext, ForkServerProcess

from bench.faults.failpoints import NAMES as FAILPOINTS
from bench.faults.plan import PAGES, Job
from bench.faults.worker import serve

ANSWER_WITHIN_S = 180
AGAIN = 2  # how often somebody presses again what a kill or a busy database cut short
CUT_SHORT = ("killed", "database busy", "connection lost")
RANDOM = "a random instant"
OF_FOLLOW_UP = " of a follow-up"
# A capture, void or refund is claimed in the commit of its intent.
FOLLOW_UP_PLACES = (
    "t1_before_commit",
    "after_t2",
    "before_send",
    "after_send",
    "after_response",
    "t3_before_commit",
)
_WITH_CARD = {"between_t1_t2", "t2_before_commit"}
_OF_ACT = {
    "press": set(FAILPOINTS),
    "leave": {"t1_before_commit", "between_t1_t2"},
    "again": set(FAILPOINTS) - _WITH_CARD,
    "resend": set(FAILPOINTS) - {"t1_before_commit", "between_t1_t2"},
    "follow": set(FOLLOW_UP_PLACES),
}
_NEVER_KILLED = ("outside",)  # the gateway's own people, and no process of the office


class Crew:
    """Hands jobs to worker processes, and kills workers somewhere inside a job; then somebody
    presses the same button again, or nobody does.

    Half of the kills are at random instants, the others at the failpoints in turn. A kill that
    misses, because the job was over or never came by, stays owed.
    """

    def __init__(self, workers: int, seed: int) -> None:
        self.said: Counter[str] = Counter()
        self.errors: list[str] = []
        self.killed: Counter[str] = Counter()
        self.owed: Counter[str] = Counter()
        self.done = self.total = 0
        self._workers = workers
        self._seed = seed
        self._context: ForkServerContext = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["bench.faults.worker"])
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._hands: list[threading.Thread] = []
        self._due, self._per_job = 0.0, 0.0
        self._takes_s = {PAGES: 0.5}

    def owe(self, kills: int, places: Sequence[str] = FAILPOINTS) -> None:
        """So many workers more are to be killed in the jobs to come, half of them at ``places``."""
        for number in range(kills):
            self.owed[RANDOM if number % 2 else places[number // 2 % len(places)]] += 1

    def work(self, jobs: Iterable[Job], kills: int = 0) -> None:
        """Return when every job was done. Of the kills that are owed at most ``kills`` are tried
        for, spread over the jobs.
        """
        waiting: queue.SimpleQueue[tuple[Job, int]] = queue.SimpleQueue()
        wanted = list(jobs)
        for job in wanted:
            waiting.put((job, AGAIN))
        self.total += len(wanted)
        self._due, self._per_job = 0.0, kills / max(len(wanted), 1)
        self._hands = [
            threading.Thread(target=self._hand, args=[waiting, hand], daemon=True)
            for hand in range(min(self._workers, len(wanted)))
        ]
        for hand in self._hands:
            hand.start()
        for hand in self._hands:
            hand.join()
        if not waiting.empty():
            self.errors.append(f"error: {waiting.qsize()} jobs were left undone")

    def end(self) -> None:
        """End every worker, also in the middle of a job."""
        self._ended.set()
        for process in multiprocessing.active_children():
            process.kill()
        for hand in self._hands:
            hand.join(5)

    def _hand(self, waiting: "queue.SimpleQueue[tuple[Job, int]]", hand: int) -> None:
        chance = random.Random(f"{self._seed}:kills:{hand}")
        worker = _Worker(self._context)
        try:
            while not self._ended.is_set():
                try:
                    job, again = waiting.get_nowait()
                except queue.Empty:
                    break
                said = self._do(worker, job, chance)
                if not worker.is_alive and not self._ended.is_set():
                    worker = _Worker(self._context)
                if said in CUT_SHORT and again and chance.random() < 0.7:
                    with self._lock:
                        self.total += 1
                    waiting.put((job, again - 1))
        except Exception:  # noqa: BLE001  a hand that stops unseen would leave jobs undone
            with self._lock:
                self.errors.append(f"error: {traceback.format_exc()}")
        worker.end()

    def _do(self, worker: "_Worker", job: Job, chance: random.Random) -> str:
        where = self._take_kill(job, chance)
        began = time.monotonic()
        after_s = None
        if where == RANDOM:
            after_s = chance.uniform(0, self._takes_s.get(job.through, 0.1))
        said = worker.do(job, where if where in FAILPOINTS else "", after_s)
        with self._lock:
            self.done += 1
            self.said[said.splitlines()[0][:60]] += 1
            if said.startswith("error"):
                self.errors.append(f"{job.act} of {job.reference} through {job.through}: {said}")
                print(self.errors[-1], file=sys.stderr, flush=True)
            if said == "killed":
                self.killed[f"{where}{OF_FOLLOW_UP * (job.act == 'follow')}"] += 1
            else:
                self.owed[where] += bool(where)
                before = self._takes_s.get(job.through, 0.1)
                self._takes_s[job.through] = 0.9 * before + 0.1 * (time.monotonic() - began)
        return said

    def _take_kill(self, job: Job, chance: random.Random) -> str:
        """Where the next worker is to die, if it is time for a kill that suits the job."""
        if job.act in _NEVER_KILLED:
            return ""
        with self._lock:
            self._due = min(self._due + self._per_job, sum(self.owed.values()))
            suited = set() if job.through == PAGES else _OF_ACT.get(job.act, set())
            if not job.card:
                suited = suited - _WITH_CARD if job.act != "resend" else suited
            may_be = {where: self.owed[where] for where in (RANDOM, *suited) if self.owed[where]}
            if self._due < 1 or not may_be:
                return ""
            # Mostly the one that is furthest behind; now and then any, so that none waits for ever.
            most = max(may_be.values())
            where = chance.choice(sorted(name for name in may_be if may_be[name] == most))
            if chance.random() < 0.2:
                where = chance.choice(sorted(may_be))
            self._due -= 1
            self.owed[where] -= 1
            return where


class _Worker:
    """One process at the other end of a pipe."""

    def __init__(self, context: ForkServerContext) -> None:
        self._wire, theirs = context.Pipe()
        self._process: ForkServerProcess = context.Process(target=serve, args=[theirs], daemon=True)
        self._process.start()
        self.is_alive = True
        theirs.close()

    def do(self, job: Job, failpoint: str, kill_after_s: float | None) -> str:
        """What came of the job; "killed" when the process did not live to tell."""
        self._wire.send((job.as_dict(), failpoint))
        if kill_after_s is not None and not self._wire.poll(kill_after_s):
            self.end()
            return "killed"
        if not self._wire.poll(ANSWER_WITHIN_S):
            self.end()
            return f"error: no answer to {job} within {ANSWER_WITHIN_S} s"
        try:
            return str(self._wire.recv())
        except (EOFError, ConnectionResetError):
            self.end()
            return "killed" if failpoint else f"error: a worker died by itself at {job}"

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self.is_alive = False
