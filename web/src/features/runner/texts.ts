// Words of the page of runners.

export const texts = {
  title: 'Runners',
  help: 'Programs on target machines that carry out what their own list allows. They call here.',
  label: 'Runners',
  columns: {
    name: 'Name',
    state: 'State',
    seen: 'Last heard',
    labels: 'Labels',
    commands: 'May do',
    do: 'Action',
  },
  tones: { working: 'clear', silent: 'waiting', revoked: 'stop' } as const,
  words: { working: 'Working', silent: 'Silent', revoked: 'Revoked' },
  emptyTitle: 'No runners yet',
  empty:
    'On the target machine, write down what may be done there and start “interlock runner” with a ' +
    'token of the scope “runner”. It registers by itself.',
  example: 'web-01  ·  working, heard 4 s ago  ·  deploy, restart',
  revoke: 'Revoke',
  revokeTitle: (name: string) => `Revoke ${name}`,
  revokeHelp:
    'It gets no more work and its token is not believed again. What it has now counts as lost; ' +
    'commands that were begun may still run on its machine.',
  reason: 'Why',
  revoked: (name: string) => `${name} is out of work`,
};
