// `make demo-deploy`: a release of two changes is planned, approved and carried out by the real
// program, against real nginx and Prometheus. The good version reaches all traffic; a bad one is
// taken back in reverse order. `node run.mjs [good|errors|latency] [--kills N]`; with kills the
// server, the runner or both are killed that often while they work, in as many runs as that takes,
// and everything ends the same.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { planOf, RUNNER } from "./plan.mjs";
import { freePorts, setStage, sleep, until } from "./stage.mjs";

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: { kills: { type: "string", default: "0" } },
});
const FAULTS = { good: "none", errors: "errors", latency: "latency" };
const version = positionals[0] ?? "good";
assert.ok(version in FAULTS, `one of ${Object.keys(FAULTS).join(", ")}, not ${version}`);
const PROGRAM = process.env.INTERLOCK_BIN ?? "target/debug/interlock";
const PASSWORD = "correct horse battery";
const KILL_EVERY_MS = [400, 2_500];
/** Why a bad version is taken back: by its own watch, and by nothing else. */
const TAKEN_BACK_FOR = {
  errors: /^step `canary-\d+-watch` failed: /,
  latency: /^trigger `slow`: /,
};
const OVER = ["finished", "rolled_back", "stopped", "given_up"];

/** A program that may be killed and comes back as it was. */
class Killable {
  constructor(options, log, environment = {}) {
    this.logPath = log;
    this.log = openSync(log, "a");
    this.options = options;
    this.environment = { ...process.env, ...environment };
  }

  async start() {
    const stdio = ["ignore", "ignore", this.log];
    this.child = spawn(PROGRAM, this.options, { stdio, env: this.environment });
    await this.isReady();
  }

  async isReady() {}

  async kill(signal = "SIGKILL") {
    const child = this.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill(signal);
    await ended;
  }
}

/** The server, always at the same address. */
class Server extends Killable {
  constructor(database, port, log) {
    super(["serve", "--database", database, "--listen", `127.0.0.1:${port}`], log);
    this.url = `http://127.0.0.1:${port}`;
  }

  async isReady() {
    await until("the server is ready", () => fetch(`${this.url}/readyz`).then((a) => a.ok), 60);
  }
}

/** The runner that changes the catalogue, with its list and its journal. */
class Runner extends Killable {
  constructor(folder, server, token, log) {
    const list = join(folder, "runner.toml");
    writeFileSync(list, listOf(folder));
    const options = ["--name", RUNNER, "--config", list, "--journal", join(folder, "runner")];
    const environment = { INTERLOCK_URL: server.url, INTERLOCK_TOKEN: token };
    super(["runner", ...options], log, environment);
  }
}

function listOf(folder) {
  const [node, script] = [process.execPath, new URL("schema.mjs", import.meta.url).pathname];
  return `
[[command]]
name = "columns"
program = ${JSON.stringify(node)}
args = [${JSON.stringify(script)}, "set", "{columns}", ${JSON.stringify(folder)}]
patterns = { columns = '[1-9]' }
time_limit_seconds = 60
status = { program = ${JSON.stringify(node)}, args = [${JSON.stringify(script)}, "status", ${JSON.stringify(folder)}] }
`;
}

/** Someone who is signed in. */
class Person {
  static async enter(server, login) {
    const headers = { "content-type": "application/json", origin: server.url };
    const body = JSON.stringify({ login, password: PASSWORD });
    const answer = await fetch(`${server.url}/api/v1/session`, { method: "POST", headers, body });
    assert.equal(answer.status, 200, await answer.clone().text());
    const person = new Person();
    person.server = server;
    person.headers = { ...headers, cookie: answer.headers.get("set-cookie").split(";")[0] };
    return person;
  }

  async send(method, path, body) {
    const headers = { ...this.headers, "if-match": "*" };
    const url = `${this.server.url}/api/v1${path}`;
    const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
    const said = await answer.json();
    assert.equal(answer.status, 200, `${method} ${path}: ${JSON.stringify(said)}`);
    return said;
  }

  get(path) {
    return this.send("GET", path);
  }

  async approve(path) {
    const [round] = (await this.get(path)).rounds;
    const vote = { round: round.number, content_hash: round.content_hash };
    await this.send("POST", `${path}/approve`, vote);
  }
}

function account(database, login, ...roles) {
  const options = ["user", "add", login, "--name", login, "--password-stdin", "--database", database];
  const all = [...options, ...roles.flatMap((role) => ["--role", role])];
  const ended = spawnSync(PROGRAM, all, { input: `${PASSWORD}\n`, encoding: "utf8" });
  assert.equal(ended.status, 0, ended.stderr);
}

/** The secret of a token for an account. */
function tokenOf(database, login, ...scopes) {
  const options = ["token", "create", "--for", login, "--name", "demonstration", "--format", "json"];
  const all = [...options, "--database", database, ...scopes.flatMap((scope) => ["--scope", scope])];
  const ended = spawnSync(PROGRAM, all, { encoding: "utf8" });
  assert.equal(ended.status, 0, ended.stderr);
  return JSON.parse(ended.stdout).secret;
}

async function change(requester, approver, title, ci, backout) {
  const { number } = await requester.send("POST", "/changes", {
    title,
    type: "normal",
    description: title,
    reason: "Customers asked for it.",
    category: "application",
    cis: [ci],
    environment: "test",
    customer_impact: "none",
    implementer: "implementer",
    implementation_plan: "As the plan of the release says.",
    test_plan: "Watch errors and latency in Prometheus.",
    backout_plan: backout,
    backout_minutes: 1,
  });
  await requester.send("POST", `/changes/${number}/submit`, {});
  await requester.send("POST", `/changes/${number}/assess`, {});
  await approver.approve(`/changes/${number}`);
  return number;
}

/** From nothing to a release that is approved and whose window is open. */
async function prepare(server, stage) {
  const enter = (login) => Person.enter(server, login);
  const [manager, requester, approver, implementer, admin] = await Promise.all(
    ["manager", "requester", "approver", "implementer", "admin"].map(enter),
  );
  await admin.send("POST", "/services", { name: "Shop", criticality: 3 });
  for (const name of ["catalogue", "shop"]) {
    await admin.send("POST", "/cis", { name, service: "Shop", environment: "test", criticality: 3 });
  }
  const changes = [
    await change(requester, approver, "The catalogue gets a column", "catalogue", "Take it out again."),
    await change(requester, approver, "Shop 1.9.0", "shop", "Traffic to 1.8.0, stop 1.9.0."),
  ];
  const start = new Date(Date.now() + 5_000);
  const end = new Date(start.getTime() + 60 * 60_000);
  const window = { start: start.toISOString(), end: end.toISOString(), zone: "UTC" };
  const fields = { title: "Shop 1.9", type: "minor", environment: "test", window };
  const { number } = await requester.send("POST", "/releases", { ...fields, owner: "manager" });
  const path = `/releases/${number}`;
  for (const each of changes) await requester.send("PUT", `${path}/changes/${each}`);
  await until("the runner has registered", () => admin.get(`/runners/${RUNNER}`));
  const text = planOf({ ...stage, changes, fault: FAULTS[version] });
  await requester.send("PUT", `${path}/plan`, { text });
  await requester.send("POST", `${path}/submit`, {});
  await approver.approve(path);
  await requester.send("POST", `${path}/schedule`, {});
  await sleep(Math.max(0, start.getTime() - Date.now()) + 200);
  return { number, manager, implementer };
}

/** Kills the server, the runner or both at random moments while the run is under way. */
async function disturb(programs, times, isOver) {
  let killed = 0;
  const [least, most] = KILL_EVERY_MS;
  const choices = [programs, ...programs.map((one) => [one])];
  while (killed < times && !isOver()) {
    await sleep(least + Math.random() * (most - least));
    if (isOver()) break;
    const chosen = choices[Math.floor(Math.random() * choices.length)];
    await Promise.all(chosen.map((one) => one.kill()));
    killed += 1;
    await Promise.all(chosen.map((one) => one.start()));
  }
  return killed;
}

async function watch(person, number) {
  const seen = new Set();
  return until(
    "the run is over",
    async () => {
      const { run } = await person.get(`/deployments/${number}`);
      for (const step of run.steps) {
        for (const [way, leg] of [["", step.forward], [" back", step.back]]) {
          const line = leg && leg.state !== "waiting" && `${step.key}${way}: ${leg.state}`;
          if (line && !seen.has(line)) console.log(`  ${line}${leg.note ? ` (${leg.note})` : ""}`);
          if (line) seen.add(line);
        }
      }
      return OVER.includes(run.phase) && run;
    },
    600,
  );
}

/** Whoever did it says of each effect what became of it. */
async function statusOf(stage, person, run, key) {
  const step = run.steps.find((one) => one.key === key.split(":")[1]);
  if (step.kind === "command") {
    const { state, exit } = await person.get(`/jobs/${encodeURIComponent(key)}`);
    return state === "ended" && exit === 0 ? "succeeded" : `${state} with ${exit}`;
  }
  const told = await fetch(`${stage.agent}/steps/${encodeURIComponent(key)}`);
  return (await told.json()).state;
}

/** What stands at the end and why, and that everything was called once and had its effect once. */
async function judge(stage, person, run, number) {
  const effects = await stage.effects();
  for (const [key, { begun, state, calls, unknown }] of Object.entries(effects)) {
    assert.equal(begun, 1, `${key} had its effect ${begun} times`);
    if (calls !== undefined) {
      // The agent drops what it knows, so it counts calls: again only where it had not begun.
      const told = `${key} was called ${calls} times, and told to be unknown ${unknown} times`;
      assert.ok(calls >= 1 && calls <= 1 + unknown, told);
    }
    assert.equal(state, "succeeded", key);
    assert.equal(await statusOf(stage, person, run, key), "succeeded", key);
  }
  const counted = new Set(Object.keys(effects).map((key) => key.split(":").slice(1, 3).join(":")));
  assert.equal(counted.size, Object.keys(effects).length, "no step had its effect in two attempts");
  for (const step of run.steps.filter((one) => one.undo !== "nothing")) {
    const isDone = (leg) => leg?.state === "done";
    assert.equal(counted.has(`${step.key}:forward`), isDone(step.forward), step.key);
    assert.equal(counted.has(`${step.key}:back`), isDone(step.back), `${step.key} back`);
  }
  const state = await stage.state();
  const reached = run.steps.filter((step) => step.undo === "reversible" && step.forward.attempts > 0);
  if (version === "good") {
    assert.equal(run.phase, "finished");
    assert.deepEqual(state, { columns: 5, green: "1.9.0", weight: 100 });
    return;
  }
  assert.equal(run.phase, "rolled_back");
  const { deployment } = await person.get(`/deployments/${number}`);
  assert.match(deployment.rollback.reason, TAKEN_BACK_FOR[version]);
  assert.deepEqual(state, { columns: 4, green: null, weight: 0 });
  const back = reached.filter((step) => step.back?.state === "done");
  assert.deepEqual(back.length, reached.length, "exactly what was reached is taken back");
  const order = back.map((step) => step.back.at);
  assert.deepEqual([...order].sort().reverse(), order, "in reverse order");
}

/** One run from nothing to its end; answers how often it was killed. */
async function carryOut(kills) {
  const stage = await setStage();
  const database = `sqlite:${join(stage.folder, "interlock.db")}`;
  account(database, "admin", "administrator");
  account(database, "manager", "release_manager");
  account(database, "requester", "requester", "release_manager");
  account(database, "approver", "release_manager", "service_owner", "cab_member");
  account(database, "implementer", "implementer");
  const [port] = await freePorts(1);
  const log = join(stage.folder, "interlock.log");
  const server = new Server(database, port, log);
  const token = tokenOf(database, "admin", "runner");
  const runner = new Runner(stage.folder, server, token, join(stage.folder, "runner.log"));
  try {
    await server.start();
    await runner.start();
    const { number, manager, implementer } = await prepare(server, stage);
    console.log(`${number} is approved and its window is open: ${server.url}/releases/${number}`);
    await implementer.send("POST", `/releases/${number}/deploy`, {});
    let over = false;
    const killing = disturb([server, runner], kills, () => over);
    const run = await watch(manager, number).finally(() => (over = true));
    const killed = await killing;
    await judge(stage, manager, run, number);
    console.log(`${number} with the ${version} version: ${run.phase}, after ${killed} kills`);
    return killed;
  } catch (error) {
    for (const said of [server.logPath, runner.logPath]) {
      console.error(readFileSync(said, "utf8").split("\n").slice(-40).join("\n"));
    }
    throw error;
  } finally {
    await runner.kill("SIGTERM");
    await server.kill("SIGTERM");
    await stage.leave();
  }
}

let left = Number(given.kills);
do {
  const killed = await carryOut(left);
  assert.ok(left === 0 || killed > 0, "it was over before it could be killed");
  left -= killed;
} while (left > 0);
