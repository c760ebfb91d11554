// The service that the demonstration deploys: it answers with its version, and counts and times
// what it answers for Prometheus. `node service.mjs --version 1.8.0 --port 9001 [--fault errors]`
// A fault makes it bad on purpose: `errors` fails every third request, `latency` answers late.
import { createServer } from "node:http";
import { parseArgs } from "node:util";

const { values: given } = parseArgs({
  options: {
    version: { type: "string" },
    port: { type: "string" },
    fault: { type: "string", default: "none" },
  },
});
const LATE_MS = 400;
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];
const counted = { 200: 0, 500: 0 };
const buckets = BUCKETS.map(() => 0);
let seconds = 0;
let asked = 0;

function observe(code, took) {
  counted[code] += 1;
  seconds += took;
  BUCKETS.forEach((most, index) => {
    if (took <= most) buckets[index] += 1;
  });
}

function metrics() {
  const label = `version="${given.version}"`;
  const all = counted[200] + counted[500];
  return [
    "# TYPE shop_requests_total counter",
    ...Object.entries(counted).map(
      ([code, count]) => `shop_requests_total{${label},code="${code}"} ${count}`,
    ),
    "# TYPE shop_request_seconds histogram",
    ...BUCKETS.map((most, i) => `shop_request_seconds_bucket{${label},le="${most}"} ${buckets[i]}`),
    `shop_request_seconds_bucket{${label},le="+Inf"} ${all}`,
    `shop_request_seconds_sum{${label}} ${seconds}`,
    `shop_request_seconds_count{${label}} ${all}`,
    "",
  ].join("\n");
}

createServer((request, response) => {
  if (request.url === "/metrics") {
    response.setHeader("content-type", "text/plain; version=0.0.4");
    response.end(metrics());
    return;
  }
  if (request.url === "/health") {
    response.end("well\n");
    return;
  }
  asked += 1;
  const began = performance.now();
  const code = given.fault === "errors" && asked % 3 === 0 ? 500 : 200;
  setTimeout(
    () => {
      observe(code, (performance.now() - began) / 1000);
      response.statusCode = code;
      response.setHeader("content-type", "application/json");
      response.end(`${JSON.stringify({ version: given.version })}\n`);
    },
    given.fault === "latency" ? LATE_MS : 0,
  );
}).listen(Number(given.port), "127.0.0.1");
