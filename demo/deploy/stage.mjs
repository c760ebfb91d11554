// The stage of the demonstration: the old version of the service behind nginx, Prometheus that
// scrapes both versions each second, the agent, and people who use the service.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nginxConfig } from "./nginx.mjs";
import { schemaEffects } from "./schema.mjs";

const HERE = new URL(".", import.meta.url).pathname;
const REQUESTS_A_SECOND = 100;

export async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Asks until it holds; what it was is said when it never does. */
export async function until(what, holds, seconds = 30) {
  const last = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await Promise.resolve(holds()).catch(() => null);
    if (answer) return answer;
    if (Date.now() > last) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(100);
  }
}

const isUp = (url) => () => fetch(url).then((answer) => answer.ok);

/** Sets the stage; `leave()` takes it down, whatever happened. */
export async function setStage() {
  const folder = mkdtempSync(join(tmpdir(), "interlock-stage-"));
  const [blue, green, front, agent, prometheus] = await freePorts(5);
  const running = [];
  const run = (program, options) => {
    const child = spawn(program, options, { stdio: "ignore" });
    running.push(child);
    return child;
  };
  let users = true;
  const leave = async () => {
    users = false;
    for (const child of running.reverse()) {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = new Promise((done) => child.once("exit", done));
        child.kill("SIGTERM");
        await ended;
      }
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    run(process.execPath, [`${HERE}service.mjs`, "--version", "1.8.0", "--port", `${blue}`]);
    const config = join(folder, "nginx.conf");
    writeFileSync(config, nginxConfig({ folder, front, blue, green, weight: 0 }));
    execFileSync("/usr/sbin/nginx", ["-t", "-q", "-c", config, "-e", `${folder}/nginx.error.log`]);
    run("/usr/sbin/nginx", ["-c", config, "-e", `${folder}/nginx.error.log`, "-g", "daemon off;"]);
    const ports = { blue, green, front, port: agent, folder };
    const options = Object.entries(ports).flatMap(([name, value]) => [`--${name}`, `${value}`]);
    run(process.execPath, [`${HERE}agent.mjs`, ...options]);
    const targets = [blue, green].map((port) => `"127.0.0.1:${port}"`).join(", ");
    writeFileSync(
      join(folder, "prometheus.yml"),
      `global: {scrape_interval: 1s}
scrape_configs: [{job_name: shop, static_configs: [{targets: [${targets}]}]}]
`,
    );
    run("/usr/bin/prometheus", [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/prometheus`,
      `--web.listen-address=127.0.0.1:${prometheus}`,
      "--query.lookback-delta=15s",
    ]);
    await until("the service answers through nginx", isUp(`http://127.0.0.1:${front}/`));
    await until("the agent answers", isUp(`http://127.0.0.1:${agent}/state`));
    await until("Prometheus is ready", isUp(`http://127.0.0.1:${prometheus}/-/ready`));
  } catch (error) {
    await leave();
    throw error;
  }
  const use = async () => {
    while (users) {
      void fetch(`http://127.0.0.1:${front}/`)
        .then((answer) => answer.arrayBuffer())
        .catch(() => null);
      await sleep(1000 / REQUESTS_A_SECOND);
    }
  };
  void use();
  const at = (port) => `http://127.0.0.1:${port}`;
  const json = (url) => fetch(url).then((answer) => answer.json());
  return {
    folder,
    front: at(front),
    agent: at(agent),
    prometheus: at(prometheus),
    state: () => json(`${at(agent)}/state`),
    effects: async () => ({ ...(await json(`${at(agent)}/effects`)), ...schemaEffects(folder) }),
    leave,
  };
}
