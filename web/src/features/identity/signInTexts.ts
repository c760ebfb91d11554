// Words of the sign-in page.

export const SIGN_IN = {
  title: 'Sign in',
  claim: 'Nothing goes live until its route is clear.',
  login: 'Login',
  password: 'Password',
  submit: 'Sign in',
  demonstration: 'This is a demonstration',
  demonstrationHelp: 'Choose whom to be. All data is invented and stays on this machine.',
  empty: 'There is no account yet. An administrator makes the first one on the server:',
  emptyCommand: 'interlock user add --role administrator',
  missing: 'Enter login and password.',
};
