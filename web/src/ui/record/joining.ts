/** The phases in which a change can still join a release, the ripest first; the server decides. */
export const JOINING = ['scheduled', 'authorise', 'assess', 'draft'];
