// Nothing to show in a cell: a dash in a table, nothing at all where cells are lines of a phone.
import classes from './None.module.css';

export function None() {
  return <span className={classes.none}>–</span>;
}
