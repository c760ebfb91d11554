// How the palette calls what is done in the parts of a record, where no button says it in full.

export const PART = {
  tickTasks: 'Tick tasks off',
  tickTold: 'Tick off who was told',
  grant: 'Grant the longer window',
  stateScope: 'State what is left out or to others',
  signOff: 'Sign off the part of a team',
  plan: 'Write how it is carried out by itself',
  askWindow: 'Ask the teams about the window',
  answerWindow: 'Answer about the window for a team',
  takeWindow: 'Take the window that a team proposes',
  step: 'Report a step',
  stepBack: 'Report a step back',
};
