// A link inside the product. The app lends the navigation, so that this kit knows no router.
import { createContext, useContext, type AnchorHTMLAttributes, type MouseEvent } from 'react';
import type { Ref } from '@/lib/schema';
import classes from './Link.module.css';

export const Navigation = createContext<(to: string) => void>((to) => window.location.assign(to));

/** Where a named record is read; lent by the app, which knows the addresses. */
export const RecordPaths = createContext<(record: Ref) => string | undefined>(() => undefined);

export interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  to: string;
  /** Looks like the text around it until it is pointed at. */
  quiet?: boolean;
}

export function Link({ to, quiet, className, onClick, ...rest }: LinkProps) {
  const navigate = useContext(Navigation);
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (event.defaultPrevented || event.button !== 0 || modified || rest.target) return;
    event.preventDefault();
    navigate(to);
  };
  const look = className ?? (quiet ? classes.quiet : classes.link);
  return <a href={to} className={look} onClick={follow} {...rest} />;
}
