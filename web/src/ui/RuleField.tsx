// How something repeats: the common rules in fields, and the rule itself below them.
import { Chip, NumberInput, Select, TextInput } from '@mantine/core';
import { fieldId } from '@/lib/forms';
import {
  DAYS,
  parseRule,
  PLACES,
  ruleFor,
  ruleText,
  SHAPES,
  type DayCode,
  type Place,
  type Rule,
  type Shape,
} from './rule';
import { RULE as words } from './ruleTexts';
import classes from './RuleField.module.css';

interface Props {
  value: string;
  /** The first occurrence's wall time; what a new rule begins with. */
  first: string;
  error?: string;
  onChange: (value: string) => void;
}

export function RuleField({ value, first, error, onChange }: Props) {
  const rule = parseRule(value);
  const shape: Shape = value === 'none' ? 'none' : (rule?.shape ?? 'own');
  const set = (part: Partial<Rule>) => rule && onChange(ruleText({ ...rule, ...part }));
  const pick = (next: Shape) => {
    if (next === 'none') onChange('none');
    else if (next === 'own') onChange(value === 'none' ? 'FREQ=YEARLY' : `${value};WKST=MO`);
    else onChange(ruleText(ruleFor(next, first)));
  };
  return (
    <fieldset className={classes.rule}>
      <Select
        label={words.shape}
        description={words.help}
        allowDeselect={false}
        data={SHAPES.map((each) => ({ value: each, label: words.shapes[each] }))}
        value={shape}
        onChange={(next) => next && pick(next as Shape)}
      />
      {rule && (
        <>
          <div className={classes.row}>
            {rule.shape !== 'weekdays' && (
              <NumberInput
                className={classes.narrow}
                label={words.every}
                min={1}
                max={99}
                allowDecimal={false}
                suffix={words.units[rule.shape]}
                value={rule.interval}
                onChange={(interval) => set({ interval: Math.max(1, Number(interval) || 1) })}
              />
            )}
            {rule.shape === 'monthly' && <Monthly rule={rule} set={set} />}
          </div>
          {rule.shape === 'weekly' && <Weekdays rule={rule} set={set} />}
          <Ending rule={rule} set={set} />
        </>
      )}
      {shape !== 'none' && (
        <TextInput
          id={fieldId('repeats')}
          label={words.raw}
          description={words.rawHelp}
          classNames={{ input: classes.raw }}
          maxLength={500}
          spellCheck={false}
          error={error}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </fieldset>
  );
}

interface PartProps {
  rule: Rule;
  set: (part: Partial<Rule>) => void;
}

function Weekdays({ rule, set }: PartProps) {
  return (
    <div role="group" aria-label={words.onDays}>
      <div className={classes.label}>{words.onDays}</div>
      <Chip.Group multiple value={rule.days} onChange={(days) => set({ days: days as DayCode[] })}>
        <div className={classes.days}>
          {DAYS.map((day) => (
            <Chip key={day} value={day} size="sm" radius="sm">
              {words.days[day]}
            </Chip>
          ))}
        </div>
      </Chip.Group>
    </div>
  );
}

function Monthly({ rule, set }: PartProps) {
  return (
    <>
      <Select
        className={classes.narrow}
        label={words.place}
        allowDeselect={false}
        data={PLACES.map((each) => ({ value: each, label: words.places[each] }))}
        value={rule.place}
        onChange={(place) => place && set({ place: place as Place })}
      />
      <Select
        className={classes.narrow}
        label={words.weekday}
        allowDeselect={false}
        data={DAYS.map((each) => ({ value: each, label: words.days[each] }))}
        value={rule.day}
        onChange={(day) => day && set({ day: day as DayCode })}
      />
    </>
  );
}

function Ending({ rule, set }: PartProps) {
  const ending = rule.until !== undefined ? 'until' : rule.count !== undefined ? 'count' : 'never';
  const pick = (next: string | null) => {
    const year = new Date().getUTCFullYear();
    if (next === 'until') set({ until: `${year}-12-31`, count: undefined });
    else if (next === 'count') set({ until: undefined, count: 10 });
    else set({ until: undefined, count: undefined });
  };
  return (
    <div className={classes.row}>
      <Select
        label={words.ends}
        allowDeselect={false}
        data={Object.entries(words.ending).map(([value, label]) => ({ value, label }))}
        value={ending}
        onChange={pick}
      />
      {ending === 'until' && (
        <TextInput
          type="date"
          label={words.until}
          value={rule.until}
          onChange={(event) => set({ until: event.currentTarget.value || undefined })}
        />
      )}
      {ending === 'count' && (
        <NumberInput
          className={classes.narrow}
          label={words.count}
          min={1}
          max={1000}
          allowDecimal={false}
          value={rule.count}
          onChange={(count) => set({ count: Math.max(1, Number(count) || 1) })}
        />
      )}
    </div>
  );
}
