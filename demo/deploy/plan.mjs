// The plan of the demonstration's release: a runner gives the catalogue a column, the new version
// starts, and a canary gives it a tenth of the traffic, then half, then all, each share only after
// Prometheus saw few enough errors in enough requests. Whatever is slow meanwhile is taken back by
// a trigger.
const NEW = 'version="1.9.0"';
const ERRORS =
  `sum(rate(shop_requests_total{${NEW},code="500"}[5s])) / ` +
  `sum(rate(shop_requests_total{${NEW}}[5s]))`;
const REQUESTS = `sum(increase(shop_requests_total{${NEW}}[5s]))`;
const SLOW = `histogram_quantile(0.95, sum by (le) (rate(shop_request_seconds_bucket{${NEW}}[5s])))`;

/** The runner that changes the catalogue. */
export const RUNNER = "shop-db";

/** `changes`: the numbers of the catalogue's and of the shop's change; `fault` of the new version. */
export function planOf({ agent, prometheus, changes: [catalogue, shop], fault }) {
  const green = (method, body) => `method = "${method}"
url = "${agent}/shop/green"
body = '${JSON.stringify(body)}'
status_url = "${agent}/steps/{key}"`;
  const columns = (count) => `runner = "${RUNNER}"
command = "columns"
arguments = { columns = "${count}" }`;
  return `
[[step]]
key = "catalogue"
change = "${catalogue}"
kind = "command"
${columns(5)}
[step.undo]
${columns(4)}

[[step]]
key = "start"
change = "${shop}"
needs = ["catalogue"]
kind = "http"
${green("PUT", { version: "1.9.0", fault })}
[step.undo]
${green("DELETE", {})}

[[step]]
key = "canary"
change = "${shop}"
needs = ["start"]
kind = "canary"
url = "${agent}/weight"
body = '{"green": {weight}}'
status_url = "${agent}/steps/{key}"
weights = [10, 50, 100]
settle_seconds = 6
for_seconds = 8
every_seconds = 2
prometheus = "${prometheus}"
query = '${ERRORS}'
at_most = 0.05
sample = '${REQUESTS}'
sample_min = 10

[[trigger]]
key = "slow"
url = "${prometheus}"
query = '${SLOW}'
at_most = 0.25
every_seconds = 1
for_seconds = 2
on_bad = "rollback"
on_no_data = "note"
`;
}
