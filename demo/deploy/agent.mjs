// What the demonstration deploys with: a small agent on the machine of the service. Each request
// that changes something carries a key (`Idempotency-Key`). A key has its effect once: it is
// written down before the effect and after it, so that the same request may be sent again, and
// `GET /steps/KEY` says what became of it also after either side was killed. The agent is a witness
// too: it counts how often each key was called, and how often it said that it knows no such key, for
// only then may it be called again.
//   PUT /shop/green {"version","fault"} starts the new version, DELETE stops it
//   PUT /weight {"green": percent}     the share of traffic that the new version gets
//   GET /steps/KEY · GET /state · GET /effects
import { execFileSync, spawn } from "node:child_process";
import { appendFileSync, existsSync, openSync, fsyncSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { nginxConfig } from "./nginx.mjs";
import { columnsOf } from "./schema.mjs";

const { values: given } = parseArgs({
  options: {
    folder: { type: "string" },
    port: { type: "string" },
    blue: { type: "string" },
    green: { type: "string" },
    front: { type: "string" },
    nginx: { type: "string", default: "/usr/sbin/nginx" },
  },
});
const JOURNAL = join(given.folder, "agent.journal");
const SERVICE = new URL("service.mjs", import.meta.url).pathname;
/** What the new version cannot do without. */
const COLUMNS_OF_GREEN = 5;
const state = { green: null, weight: 0 };
const steps = new Map();
/** Of each key, how often it was called and how often it was told to be unknown. */
const heard = new Map();
let green = null;

for (const line of existsSync(JOURNAL) ? readFileSync(JOURNAL, "utf8").split("\n") : []) {
  if (line !== "") remember(JSON.parse(line));
}
const journal = openSync(JOURNAL, "a");

function remember(entry) {
  const step = steps.get(entry.key) ?? { begun: 0 };
  if (entry.state === "begun") step.begun += 1;
  steps.set(entry.key, { ...step, ...entry });
}

function write(entry) {
  appendFileSync(journal, `${JSON.stringify(entry)}\n`);
  fsyncSync(journal);
  remember(entry);
}

function hear(key, what) {
  const counted = heard.get(key) ?? { calls: 0, unknown: 0 };
  heard.set(key, { ...counted, [what]: counted[what] + 1 });
}

function weigh() {
  const config = nginxConfig({ ...given, weight: state.weight });
  writeFileSync(join(given.folder, "nginx.conf"), config);
  execFileSync(given.nginx, ["-c", join(given.folder, "nginx.conf"), "-s", "reload"], {
    stdio: "ignore",
  });
}

async function isWell(port) {
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`nothing answers on port ${port}`);
}

async function stopGreen() {
  const stopped = green;
  green = null;
  state.green = null;
  if (stopped === null || stopped.exitCode !== null) return;
  const ended = new Promise((done) => stopped.once("exit", done));
  stopped.kill();
  await ended;
}

const EFFECTS = {
  "PUT /shop/green": async (body) => {
    await stopGreen();
    if (columnsOf(given.folder) < COLUMNS_OF_GREEN) throw new Error("the catalogue is too narrow");
    const options = ["--version", body.version, "--port", given.green, "--fault", body.fault];
    green = spawn(process.execPath, [SERVICE, ...options], { stdio: "ignore" });
    await isWell(given.green);
    state.green = body.version;
  },
  "DELETE /shop/green": stopGreen,
  "PUT /weight": async (body) => {
    if (!(body.green >= 0 && body.green <= 100)) throw new Error("green is 0 to 100");
    if (body.green > 0 && green === null) throw new Error("the new version does not run");
    state.weight = body.green;
    weigh();
  },
};

async function carryOut(key, effect, body) {
  const known = steps.get(key);
  if (known !== undefined && known.state !== "begun") return known;
  write({ key, state: "begun" });
  try {
    await effect(body);
    write({ key, state: "succeeded" });
  } catch (error) {
    write({ key, state: "failed", why: error.message });
  }
  return steps.get(key);
}

async function read(request) {
  let text = "";
  for await (const part of request) text += part;
  return text === "" ? {} : JSON.parse(text);
}

let turn = Promise.resolve();
createServer(async (request, response) => {
  const say = (status, body) => {
    response.statusCode = status;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(body));
  };
  try {
    const effect = EFFECTS[`${request.method} ${request.url}`];
    if (effect !== undefined) {
      const key = request.headers["idempotency-key"];
      if (key === undefined) return say(400, { state: "refused", why: "Idempotency-Key is missing" });
      // Before anything else: a call that breaks off, or whose key is known, was made all the same.
      hear(key, "calls");
      const body = await read(request);
      // One after the other, so that the same key twice at once is one effect.
      turn = turn.then(() => carryOut(key, effect, body));
      const step = await turn;
      return say(step.state === "succeeded" ? 200 : 500, step);
    }
    if (request.url.startsWith("/steps/")) {
      const key = decodeURIComponent(request.url.slice("/steps/".length));
      const step = steps.get(key);
      if (step !== undefined) return say(200, step);
      hear(key, "unknown");
      return say(404, { state: "never_begun" });
    }
    if (request.url === "/state") return say(200, { ...state, columns: columnsOf(given.folder) });
    if (request.url === "/effects") {
      const all = [...steps].map(([key, step]) => [key, { ...step, ...heard.get(key) }]);
      return say(200, Object.fromEntries(all));
    }
    return say(404, { state: "refused", why: "no such path" });
  } catch (error) {
    return say(400, { state: "refused", why: error.message });
  }
}).listen(Number(given.port), "127.0.0.1");

process.on("SIGTERM", async () => {
  await stopGreen();
  process.exit(0);
});
