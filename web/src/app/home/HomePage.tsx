// Home: the one next thing, large; then today, what is at risk, and what is mine.
import { useMe } from '@/lib/session';
import { Page } from '@/ui/Page';
import { useNow } from '@/ui/Time';
import { AskedSurveys } from './AskedSurveys';
import { AskedWindows } from './AskedWindows';
import { AtRisk } from './AtRisk';
import { Mine } from './Mine';
import { NextThing } from './NextThing';
import { Running } from './Running';
import { homeRange, useAhead } from './queries';
import { HOME } from './texts';
import { Today } from './Today';
import classes from './home.module.css';

export default function HomePage() {
  const me = useMe();
  const now = useNow(60_000);
  const range = homeRange(now);
  const ahead = useAhead(range.from, range.to);
  const first = me.person.name.split(' ')[0] ?? me.person.name;
  return (
    <Page title={HOME.greeting(first)}>
      <NextThing />
      <Running />
      <AskedWindows />
      <AskedSurveys />
      {!ahead.error && <Today calendar={ahead.data} from={range.from} to={range.today} now={now} />}
      <div className={classes.two}>
        <AtRisk calendar={ahead.data} error={ahead.error} now={now} />
        <Mine />
      </div>
    </Page>
  );
}
