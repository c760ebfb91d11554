"""Figures of changes, releases and incidents, computed a second time, from the definitions in
docs/features/report.md alone: from the files of the BPI Challenge 2014, or from an exported log.

    python3 figures.py bpi FOLDER            the tables of the folder's two files
    python3 figures.py log FROM TO < LOG     the tables of an export with its log, in days

Prints one JSON object: for each figure n, counted, value, p50, p90 and mean, as far as it has them;
n alone, and zero, for what nothing was said to.
Only the standard library is used.
"""

import csv
import datetime as dt
import json
import math
import pathlib
import sys
import zoneinfo

UTC = dt.timezone.utc
WITHIN = dt.timedelta(days=30)
SHARES = {
    "change_success_rate", "failed_change_rate", "degrading_change_rate", "emergency_share",
    "unauthorised_share", "schedule_adherence", "collision_rate", "release_success_rate",
    "change_failure_rate", "rollback_rate", "pir_completion", "incidents_from_releases",
}
MEANS = {"release_defect_rate", "change_risk", "release_satisfaction"}
STAGES = ("draft", "assess", "authorise", "scheduled", "implement", "review")
SPREADS = {
    # Nothing tells the times of commits: this one is never collected.
    "change_lead_time", "request_lead_time", "approval_wait", "time_to_restore",
    "failed_deployment_recovery_time", *(f"time_in_{stage}" for stage in STAGES),
}
FIGURES = SHARES | MEANS | SPREADS | {"backlog_throughput", "deployment_frequency"}


def quantile(values, share):
    """The value between the two nearest ranks."""
    values = sorted(values)
    place = (len(values) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


class Book:
    """What was said to each figure, with when."""

    def __init__(self):
        self.said = {}

    def whether(self, figure, at, counts):
        if at is not None:
            self.said.setdefault(figure, []).append((at, bool(counts)))

    def value(self, figure, at, value):
        self.said.setdefault(figure, []).append((at, value))

    def time(self, figure, at, start, end):
        self.value(figure, at, math.floor((end - start).total_seconds()))

    def tables(self, start, end):
        found = {figure: {"n": 0} for figure in FIGURES}
        for figure, said in self.said.items():
            assert figure in FIGURES, figure
            values = [what for at, what in said if start <= at < end]
            if not values:
                continue
            if figure == "backlog_throughput":
                opened, closed = values.count("opened"), values.count("closed")
                found[figure] = {"n": opened, "counted": closed}
                if opened:
                    found[figure]["value"] = closed / opened
            elif figure == "deployment_frequency":
                weeks = (end - start).days / 7
                found[figure] = {"n": len(values), "value": len(values) / weeks}
            elif figure in SHARES:
                counted = sum(values)
                found[figure] = {
                    "n": len(values), "counted": counted, "value": counted / len(values),
                }
            else:
                middle, mean = quantile(values, 0.5), sum(values) / len(values)
                found[figure] = {
                    "n": len(values), "p50": middle, "p90": quantile(values, 0.9), "mean": mean,
                    "value": mean if figure in MEANS else middle,
                }
        return found


def counts_against(opened, began):
    return began is not None and began <= opened < began + WITHIN


# The files of the BPI Challenge 2014.

AMSTERDAM = zoneinfo.ZoneInfo("Europe/Amsterdam")


def wall(text):
    """A wall time of the files, as it is written."""
    if not text:
        return None
    date, clock = text.split(" ")
    day, month, year = (int(part) for part in date.replace("/", "-").split("-"))
    return dt.datetime(year, month, day, *(int(part) for part in clock.split(":")))


def instant(text):
    at = wall(text)
    return at and at.replace(tzinfo=AMSTERDAM).astimezone(UTC)


def bpi(folder):
    book = Book()
    changes = {}
    for row in rows(folder / "Detail_Change_closed_2013-10.csv"):
        changes.setdefault(row["Change ID"], row)
    naive = []
    for row in changes.values():
        raised = instant(row["Change record Open Time"])
        began, ended = instant(row["Actual Start"]), instant(row["Actual End"])
        start, end = instant(row["Planned Start"]), instant(row["Planned End"])
        planned = bool(start and end and start < end)
        book.whether("emergency_share", raised, row["Emergency Change"] == "Y")
        book.value("backlog_throughput", raised, "opened")
        closed = ended or (end if planned else None) or raised
        book.value("backlog_throughput", closed, "closed")
        book.whether("degrading_change_rate", closed, int(row["# Related Incidents"] or 0) > 0)
        if began:
            book.whether("unauthorised_share", began, False)
        if planned and began and ended:
            book.whether("schedule_adherence", began, start <= began and ended <= end)
        if ended:
            book.time("request_lead_time", ended, raised, ended)
            between = wall(row["Actual End"]) - wall(row["Change record Open Time"])
            naive.append(between.total_seconds() / 3600)
    priorities = {}
    for row in rows(folder / "Detail_Incident_opened_2013-10.csv"):
        opened, resolved = instant(row["Open Time"]), instant(row["Resolved Time"])
        # The files name changes that have to do with an incident, and blame none.
        book.whether("incidents_from_releases", opened, False)
        if resolved:
            book.time("time_to_restore", opened, opened, resolved)
            seconds = (resolved - opened).total_seconds()
            priorities.setdefault(row["Priority"], []).append(seconds)
    tables = book.tables(dt.datetime.min.replace(tzinfo=UTC), dt.datetime.max.replace(tzinfo=UTC))
    return {
        "figures": tables,
        "time_to_restore_by_priority": {
            priority: {"n": len(values), "p50": quantile(values, 0.5)}
            for priority, values in priorities.items()
        },
        # Wall time does not see that a clock was put back between two instants.
        "lead_time_of_wall_clocks_h": quantile(naive, 0.5),
    }


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file, delimiter=";")


# An exported log.


def parsed(text):
    return text and dt.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Record:
    """A record as far as figures ask, gathered event by event."""

    def __init__(self):
        self.content = {}
        self.phase = None
        self.since = None
        self.spent = {}
        self.asked = None
        self.waits = []
        self.extended = False
        self.raised = self.began = self.ended = self.over = None
        self.outcome = self.points = self.release = None
        self.found = False
        self.found_at = None
        self.back_at = None
        self.back_state = None
        self.changes = []

    def enter(self, phase, at):
        if self.phase is not None and phase != self.phase:
            stay = math.floor((at - self.since).total_seconds())
            self.spent[self.phase] = self.spent.get(self.phase, 0) + stay
        if phase != self.phase:
            self.phase, self.since = phase, at

    def round(self, payload, at):
        if "opened" in payload:
            self.asked = at
        elif "closed" in payload:
            if payload["closed"]["state"] in ("approved", "rejected") and self.asked:
                self.waits.append((self.asked, at))
            self.asked = None
        for again in ("content_edited", "vote_lapsed"):
            if payload.get(again, {}).get("reopened") and self.asked is None:
                self.asked = at

    def window(self):
        window = self.content.get("window")
        return window and (parsed(window["start"]), parsed(window["end"]))


PHASES = {
    "raised": "draft", "submitted": "assess", "risk_recorded": "authorise", "returned": "draft",
    "scheduled": "scheduled", "unscheduled": "authorise", "started": "implement",
    "completed": "review", "closed": "closed", "cancelled": "cancelled",
}


def of_change(change, verb, payload, at):
    if verb == "raised":
        change.raised, change.content = at, dict(payload["content"])
    elif verb == "edited":
        change.content.update(payload["edit"])
    elif verb == "risk_recorded":
        change.points = payload["risk"]["points"]
    elif verb == "approval_moved":
        change.round(payload, at)
    elif verb == "attached":
        change.release = payload["release"]
    elif verb == "detached":
        change.release = None
    elif verb == "started":
        change.began = at
    elif verb == "completed":
        change.ended, change.outcome = at, payload["outcome"]
    elif verb == "extended":
        change.extended = True
    elif verb == "found_unauthorised":
        change.found, change.found_at = True, at
    if verb in ("scheduled", "started", "extended") and payload.get("window"):
        change.content["window"] = payload["window"]
    if verb in PHASES:
        change.enter(PHASES[verb], at)


def of_release(release, verb, payload, at):
    if verb == "created":
        release.raised, release.content = at, dict(payload["content"])
    elif verb == "edited":
        release.content.update(payload["edit"])
    elif verb == "approval_moved":
        release.round(payload, at)
    elif verb == "change_attached":
        release.changes.append(payload["change"])
    elif verb == "change_detached":
        release.changes.remove(payload["change"])
    elif verb in ("scheduled", "extended"):
        release.content["window"] = payload["window"]
        release.extended |= verb == "extended"
    elif verb == "deployment_moved":
        if "started" in payload:
            release.began, release.phase = at, "running"
        elif "finished" in payload:
            release.ended, release.phase = at, "finished"
        elif "verified" in payload:
            release.phase = "verified"
        elif "rollback_decided" in payload:
            release.back_at, release.phase = at, "rolling_back"
        elif "rolled_back" in payload:
            release.ended, release.phase = at, "rolled_back"
        elif "rollback_failed" in payload:
            release.ended, release.phase = at, "rollback_failed"


def of_incident(incident, verb, payload, at):
    if verb == "reported":
        incident.content = dict(payload["content"])
    elif verb == "edited":
        incident.content.update(payload["edit"])
    elif verb in ("resolved", "resolution_corrected"):
        incident.ended = parsed(payload["resolved_at"])
    elif verb == "reopened":
        incident.ended = None


def log(lines, start, end):
    kinds = {"change": of_change, "release": of_release, "incident": of_incident}
    records = {kind: {} for kind in kinds}
    reviewed = {}
    subjects = {}
    conflicts = {}
    answers = []
    for line in map(json.loads, lines):
        if line["line"] != "event":
            continue
        kind, verb = line["name"].split(".")[:2]
        stream, identity = line["stream"].split(":", 1)
        at, payload = parsed(line["at"]), line["payload"]
        if stream in kinds and kind == stream:
            kinds[kind](records[kind].setdefault(identity, Record()), verb, payload, at)
        elif line["name"].startswith("review.") and stream == "review":
            if verb == "opened":
                subjects[identity] = payload["subject"]["id"]
                reviewed[payload["subject"]["id"]] = False
            elif verb == "completed":
                reviewed[subjects[identity]] = True
        elif stream == "survey" and line["name"] == "survey.answered.v1":
            answers.append((at, payload["score"]))
        elif stream == "conflict" and kind == "conflict":
            conflicts.setdefault(identity, []).append((at, verb, payload.get("found")))
    book = Book()
    for at, score in answers:
        book.value("release_satisfaction", at, score)
    harms = {}
    for identity, incident in records["incident"].items():
        if incident.content.get("caused_by"):
            harms.setdefault(incident.content["caused_by"], []).append(incident)
    for identity, change in records["change"].items():
        say_change(book, identity, change, harms.get(identity, []), conflicts)
    for identity, release in records["release"].items():
        brought = [harm for change in release.changes for harm in harms.get(change, [])]
        say_release(book, identity, release, brought, reviewed.get(identity, False), conflicts)
    for incident in records["incident"].values():
        opened = parsed(incident.content["opened_at"])
        cause = records["change"].get(incident.content.get("caused_by"))
        brought = cause and cause.release and counts_against(opened, cause.began)
        book.whether("incidents_from_releases", opened, brought)
        if incident.ended:
            book.time("time_to_restore", opened, opened, incident.ended)
    return {"figures": book.tables(start, end)}


def collided(identity, began, conflicts):
    for moments in conflicts.values():
        found = [found for _, _, found in moments if found]
        sides = {found[-1]["subject"]["id"], found[-1]["with"]["id"]} if found else set()
        work = all(side.startswith(("chg_", "rel_")) for side in sides)
        before = [verb for at, verb, _ in moments if at <= began]
        if identity in sides and work and before and before[-1] != "resolved":
            return True
    return False


def say_change(book, identity, change, harms, conflicts):
    window, alone = change.window(), change.release is None
    book.whether("emergency_share", change.raised, change.content.get("change_type") == "emergency")
    book.value("backlog_throughput", change.raised, "opened")
    if change.began or change.found:
        book.whether("unauthorised_share", change.began or change.found_at, change.found)
    if change.began and alone:
        book.whether("collision_rate", change.began, collided(identity, change.began, conflicts))
    placed = change.began or (window and window[0])
    if change.points is not None and placed:
        book.value("change_risk", placed, change.points)
    if window and change.began and change.ended and alone:
        within = window[0] <= change.began and change.ended <= window[1] and not change.extended
        book.whether("schedule_adherence", change.began, within)
    if change.ended:
        book.time("request_lead_time", change.ended, change.raised, change.ended)
    for asked, decided in change.waits:
        book.time("approval_wait", decided, asked, decided)
    if change.phase in ("closed", "cancelled"):
        book.value("backlog_throughput", change.since, "closed")
    if change.phase == "closed":
        good = change.outcome in ("successful", "successful_with_issues")
        bad = change.outcome in ("failed_backed_out", "failed_not_backed_out")
        book.whether("change_success_rate", change.ended, good)
        book.whether("failed_change_rate", change.ended, bad)
        hit = [h for h in harms if counts_against(parsed(h.content["opened_at"]), change.began)]
        book.whether("degrading_change_rate", change.ended, hit)
        for stage in STAGES:
            if stage in change.spent:
                book.value(f"time_in_{stage}", change.since, change.spent[stage])


def say_release(book, identity, release, harms, reviewed, conflicts):
    for asked, decided in release.waits:
        book.time("approval_wait", decided, asked, decided)
    began = release.began
    if not began:
        return
    book.whether("collision_rate", began, collided(identity, began, conflicts))
    hit = [harm for harm in harms if counts_against(parsed(harm.content["opened_at"]), began)]
    if release.content.get("environment", "production") == "production":
        book.value("deployment_frequency", began, True)
        book.whether("rollback_rate", began, release.back_at)
        book.whether("change_failure_rate", began, release.back_at or hit)
        book.value("release_defect_rate", began, len(hit))
        noticed = [parsed(harm.content["opened_at"]) for harm in hit]
        restored = [harm.ended for harm in hit]
        if release.back_at:
            noticed.append(release.back_at)
            restored.append(release.ended if release.phase == "rolled_back" else None)
        if noticed and all(restored):
            book.time("failed_deployment_recovery_time", began, min(noticed), max(restored))
    if release.phase in ("verified", "rolled_back", "rollback_failed"):
        major = [harm for harm in hit if harm.content.get("priority", 3) <= 2]
        good = release.phase == "verified" and not release.back_at and not major
        book.whether("release_success_rate", release.ended, good)
        book.whether("pir_completion", release.ended, reviewed)
        window = release.window()
        if window:
            within = window[0] <= began and release.ended <= window[1] and not release.extended
            book.whether("schedule_adherence", began, within)


if __name__ == "__main__":
    if sys.argv[1] == "bpi":
        print(json.dumps(bpi(pathlib.Path(sys.argv[2]))))
    else:
        bounds = [dt.datetime.fromisoformat(day).replace(tzinfo=UTC) for day in sys.argv[2:4]]
        print(json.dumps(log(sys.stdin, *bounds)))
