// Fields that a record may be created without, and that its next step asks for: marked in the form,
// so that nobody learns of them from a refusal.
import { createContext, useContext, type ReactNode } from 'react';
import { UI } from './texts';
import classes from './needed.module.css';

const NeededContext = createContext<readonly string[]>([]);

/** Marks the fields of these names in the form inside. */
export const NeededFields = NeededContext.Provider;

export function useNeeded(): readonly string[] {
  return useContext(NeededContext);
}

/** The label and the help of a field, marked where it is needed. */
export function useMarked(name: string | undefined, label: string, help: string | undefined) {
  const needed = useNeeded();
  if (!name || !needed.includes(name)) return { label, description: help };
  const mark: ReactNode = (
    <>
      {label}{' '}
      <span className={classes.mark} aria-hidden="true">
        {UI.toSubmit}
      </span>
    </>
  );
  const description: ReactNode = (
    <>
      {help} <span className="visually-hidden">{UI.neededToSubmit}</span>
    </>
  );
  return { label: mark, description };
}
