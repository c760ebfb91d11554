// Words of the page of quiet hours.

export const quietTexts = {
  title: 'Quiet hours',
  help: 'In this time of each day, mails of notices to you wait until it is over.',
  on: 'I have quiet hours',
  from: 'From',
  to: 'Until',
  zone: (zone: string) => `By the clock of ${zone}. An earlier time is of the next day.`,
  digest: 'What waited comes in one mail',
  digestHelp:
    'With the subject of each notice and a link to it. Switched off, each comes by itself.',
  save: 'Save',
  saved: 'Saved. Mails that wait follow.',
  noAddress:
    'Your account has no e-mail address: notices reach you in the page only. An administrator can add it.',
  pressing: 'What does not wait',
  pressingList: [
    'Notices of emergencies.',
    'A release that is taken back, a change that failed.',
    'A window that is moved or cancelled, where the old or the new one begins within 24 hours or is under way.',
    'What waited of the same record before one of these: it goes out first.',
  ],
  page: 'Notices in the page never wait.',
};
