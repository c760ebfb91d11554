// The plan of the demonstration's release: a runner gives the catalogue a column, the new version
// starts and gets a tenth of the traffic, then half, then all, each step only after Prometheus was watched.
/** The runner that changes the catalogue. */
export const RUNNER = "shop-db";
const NEW = 'version="1.9.0"';
const ERRORS =
  `sum(rate(shop_requests_total{${NEW},code="500"}[5s])) / ` +
  `sum(rate(shop_requests_total{${NEW}}[5s]))`;
const SLOW = `histogram_quantile(0.95, sum by (le) (rate(shop_request_seconds_bucket{${NEW}}[5s])))`;

/** `changes`: the numbers of the catalogue's and of the shop's change; `fault` of the new version. */
export function planOf({ agent, prometheus, changes: [catalogue, shop], fault }) {
  const set = (path, body, method = "PUT") =>
    `method = "${method}"
url = "${agent}${path}"
body = '${JSON.stringify(body)}'
status_url = "${agent}/steps/{key}"`;
  const call = (key, change, needs, forward, back, kind = "http") => `
[[step]]
key = "${key}"
change = "${change}"
needs = ${JSON.stringify(needs)}
kind = "${kind}"
${forward}
[step.undo]
${back}
`;
  const columns = (count) => `command = "columns"
runner = "${RUNNER}"
arguments = { columns = "${count}" }`;
  const share = (key, needs, green) =>
    call(key, shop, needs, set("/weight", { green }), set("/weight", { green: 0 }));
  const watch = (key, needs, query, most) => `
[[step]]
key = "${key}"
change = "${shop}"
needs = ${JSON.stringify(needs)}
kind = "query"
url = "${prometheus}"
query = '${query}'
at_most = ${most}
for_seconds = 8
every_seconds = 2
on_failure = "rollback"
`;
  const wait = (key, needs) => `
[[step]]
key = "${key}"
change = "${shop}"
needs = ${JSON.stringify(needs)}
kind = "wait"
seconds = 6
`;
  return [
    call("catalogue", catalogue, [], columns(5), columns(4), "command"),
    call(
      "start",
      shop,
      ["catalogue"],
      set("/shop/green", { version: "1.9.0", fault }),
      set("/shop/green", {}, "DELETE"),
    ),
    share("tenth", ["start"], 10),
    wait("settle-at-a-tenth", ["tenth"]),
    watch("errors-at-a-tenth", ["settle-at-a-tenth"], ERRORS, 0.05),
    watch("latency-at-a-tenth", ["settle-at-a-tenth"], SLOW, 0.25),
    share("half", ["errors-at-a-tenth", "latency-at-a-tenth"], 50),
    wait("settle-at-half", ["half"]),
    watch("errors-at-half", ["settle-at-half"], ERRORS, 0.05),
    watch("latency-at-half", ["settle-at-half"], SLOW, 0.25),
    share("all", ["errors-at-half", "latency-at-half"], 100),
  ].join("");
}
