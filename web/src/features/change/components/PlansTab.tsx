// The three plans: how it is done, how it is checked, how it is taken back.
import { minutes } from '@/lib/dates';
import { actionOf } from '@/ui/actions';
import { Stack } from '@/ui/Page';
import { Prose } from '@/ui/Prose';
import { Rehearsals } from '@/ui/record/Rehearsals';
import { FORMS } from '../fieldPlaces';
import { changePath, type Change } from '../queries';
import { texts } from '../texts';
import { PlanFields } from './ChangeFields';
import { EditSection } from './EditSection';
import classes from './change.module.css';

const { fields } = texts;

export function PlansTab({ change }: { change: Change }) {
  const { backout_minutes } = change;
  const takes =
    backout_minutes === null || backout_minutes === undefined ? '' : minutes(backout_minutes);
  return (
    <Stack>
      <EditSection
        change={change}
        title={texts.sections.plans}
        names={FORMS.plans}
        fields={(form) => <PlanFields form={form} />}
      >
        {change.cannot_be_undone.trim() && (
          <div className={classes.warning}>
            <strong>{fields.cannot_be_undone}</strong>
            <Prose text={change.cannot_be_undone} />
          </div>
        )}
        <h3 className={classes.label}>{fields.implementation_plan}</h3>
        <Prose text={change.implementation_plan} />
        <h3 className={classes.label}>{fields.test_plan}</h3>
        <Prose text={change.test_plan} />
        <h3 className={classes.label}>
          {fields.backout_plan}
          {takes && <span className={classes.minutes}>{takes}</span>}
        </h3>
        <Prose text={change.backout_plan} />
      </EditSection>
      <Rehearsals
        rehearsals={change.rehearsals}
        path={changePath(change.id)}
        may={actionOf(change.actions, 'rehearse')}
      />
    </Stack>
  );
}
