// The parts of the settings, each with what is set there.
import { Link } from '@/ui/Link';
import { Page, Section } from '@/ui/Page';
import { SETTINGS } from './navigation';
import { PAGES } from './texts';
import classes from './SettingsPage.module.css';

export default function SettingsPage() {
  return (
    <Page title={PAGES.settings}>
      {SETTINGS.map(({ title, parts }) => (
        <Section key={title} title={title} flush>
          <ul className={classes.parts}>
            {parts.map((part) => (
              <li key={part.to}>
                <Link to={part.to}>{part.label}</Link>
                <p>{part.about}</p>
              </li>
            ))}
          </ul>
        </Section>
      ))}
    </Page>
  );
}
