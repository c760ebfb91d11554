// Under a list that is read page by page: the button for the next one.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { UI } from './texts';
import classes from './ShowMore.module.css';

interface Props {
  pages: { more?: () => void; loadingMore: boolean };
  /** What stands beside it, such as how many are shown. */
  children?: ReactNode;
}

/** Nothing once the whole list is there. */
export function ShowMore({ pages, children }: Props) {
  if (!pages.more) return null;
  return (
    <div className={classes.foot}>
      <Button variant="default" size="compact-md" onClick={pages.more} loading={pages.loadingMore}>
        {UI.showMore}
      </Button>
      {children}
    </div>
  );
}
