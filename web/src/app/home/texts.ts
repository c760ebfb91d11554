// Words of the home page.

export const HOME = {
  title: 'Home',
  greeting: (name: string) => `Good to see you, ${name}`,
  next: 'Next',
  today: 'Today',
  todayEmpty: 'Nothing is planned for the next 24 hours.',
  risk: 'At risk',
  riskEmpty: 'Nothing planned for the next two weeks is blocked or warned of.',
  mine: 'Mine',
  myReleases: 'My releases',
  myChanges: 'My changes',
  noReleases: 'You own no open release.',
  noChanges: 'You have no open change.',
  allChanges: 'All my changes',
  allReleases: 'All my releases',
  calm: 'Nothing waits for you',
  calmHelp: 'No approval, no review and no deployment needs you right now.',
  calmAction: 'Look at the calendar',
  approve: (count: number) =>
    count === 1 ? 'One approval waits for you' : `${count} approvals wait for you`,
  approveAction: 'Decide',
  running: (name: string) => `${name} is being deployed`,
  runningAction: 'Open the run',
  review: (count: number) =>
    count === 1 ? 'One review of yours is open' : `${count} reviews are open`,
  reviewAction: 'Write the review',
  go: (name: string) => `${name} has its go`,
  goAction: 'Open the release',
  oldest: (name: string) => `The oldest: ${name}`,
  notCommitted: 'its window is not committed yet',
  phase: (phase: string) => `still in ${phase}`,
};
