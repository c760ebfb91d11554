// An address without a page: the record it may have meant, a search for it, and every way on.
import { useLocation } from '@tanstack/react-router';
import { queryText } from '@/lib/client';
import { Icon } from '@/ui/icons';
import { Link } from '@/ui/Link';
import { Page, Section } from '@/ui/Page';
import { NAVIGATION } from './navigation';
import { pathOf, paths } from './paths';
import { SHELL } from './texts';
import classes from './NotFound.module.css';

const NUMBER = /[a-z]{3}-\d+/i;

export function NotFound() {
  const { pathname } = useLocation();
  const record = NUMBER.exec(pathname)?.[0].toUpperCase();
  const to = record && pathOf({ id: record, number: record, name: record });
  const words = pathname.split('/').filter(Boolean).at(-1) ?? '';
  return (
    <Page title={SHELL.notFound} meta={<span className="mono">{pathname}</span>}>
      <Section>
        <p>{SHELL.notFoundHelp}</p>
        <ul className={classes.ways}>
          {to && (
            <li>
              <Link to={to}>
                <Icon name="link" /> {SHELL.open(record)}
              </Link>
            </li>
          )}
          <li>
            <Link to={paths.search + queryText({ q: words.replaceAll(/[-_]/g, ' ') })}>
              <Icon name="search" /> {SHELL.searchFor(words)}
            </Link>
          </li>
          {NAVIGATION.flat().map((item) => (
            <li key={item.to}>
              <Link to={item.to}>
                <Icon name={item.icon} /> {item.label}
              </Link>
            </li>
          ))}
        </ul>
      </Section>
    </Page>
  );
}
