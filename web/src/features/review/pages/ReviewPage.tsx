// One review: its form beside the timeline of what happened.
import { useRef } from 'react';
import { paths } from '@/app/paths';
import { useParam } from '@/lib/address';
import { dayOn } from '@/lib/dates';
import { useForm, type Form as FormState } from '@/lib/forms';
import { useWrite } from '@/lib/write';
import { actionOf } from '@/ui/actions';
import { Columns, Page, Section } from '@/ui/Page';
import { Form, LongTextField } from '@/ui/Form';
import { Prose } from '@/ui/Prose';
import { History } from '@/ui/record/History';
import { RefLink } from '@/ui/RefLink';
import { say } from '@/ui/say';
import { ErrorState, RecordSkeleton } from '@/ui/States';
import { StatePill } from '@/ui/StatePill';
import { wordOf } from '@/ui/texts';
import { Time } from '@/ui/Time';
import { Annotate } from '../components/Annotate';
import { ActionsField, ActionsList } from '../components/ReviewActions';
import { KpisField, KpisList } from '../components/ReviewKpis';
import { Timeline } from '../components/Timeline';
import { reviewPath, useReview, type Review } from '../queries';
import { REVIEW } from '../texts';

interface Values {
  went_well: string;
  went_wrong: string;
  root_cause: string;
  objectives_met: string;
  kpis: Review['kpis'];
  user_feedback: string;
  business_value: string;
  actions: Review['actions'];
}

export default function ReviewPage() {
  const review = useReview(useParam('id'));
  if (review.error)
    return <ErrorState page error={review.error} retry={() => void review.refetch()} />;
  if (!review.data) return <RecordSkeleton />;
  return <Inside review={review.data} />;
}

function Inside({ review }: { review: Review }) {
  const form = useForm<Values>(
    {
      went_well: review.went_well,
      went_wrong: review.went_wrong,
      root_cause: review.root_cause,
      objectives_met: review.objectives_met,
      kpis: review.kpis,
      user_feedback: review.user_feedback,
      business_value: review.business_value,
      actions: review.actions,
    },
    `review-${review.id}`,
  );
  const completing = useRef(false);
  const write = useWrite(() => {
    form.reset(form.values);
    say(completing.current ? REVIEW.completed : REVIEW.saved);
  });
  const action = review.allowed.find((each) => each.name === 'complete');
  const open = review.state === 'open';
  const save = (complete: boolean) => {
    completing.current = complete;
    write.mutate(
      {
        method: 'PUT',
        path: reviewPath(review.number),
        version: review.version,
        body: { ...written(form.changes()), ...(complete ? { complete: true } : {}) },
      },
      {
        onError: (problem) => form.showErrors(problem.errors),
      },
    );
  };
  return (
    <Page
      title={`Review of ${review.subject.name}`}
      number={review.number}
      back={{ to: paths.reviews, label: REVIEW.list }}
      badges={<StatePill word={review.state} />}
      meta={<Meta review={review} />}
      primary={
        action && open
          ? {
              ...action,
              // What is typed goes along with it; only the server knows whether it is enough.
              allowed: action.allowed || form.changed,
              label: REVIEW.complete,
              busy: write.isPending,
              run: () => save(true),
            }
          : undefined
      }
    >
      <Columns
        main={
          open ? (
            <Section>
              {review.confirmer && <Prose text={REVIEW.confirms(review.confirmer)} />}
              <ReviewForm review={review} form={form} write={write} onSave={() => save(false)} />
            </Section>
          ) : (
            <Written review={review} />
          )
        }
        side={
          <>
            <Section
              title={REVIEW.timeline}
              aside={
                <Annotate
                  review={review.number}
                  around={review.timeline.at(-1)?.at ?? review.opened_at}
                  may={actionOf(review.allowed, 'annotate')}
                />
              }
            >
              <Timeline moments={review.timeline} />
            </Section>
            <Section title={REVIEW.history} flush>
              <History subject={review.number} />
            </Section>
          </>
        }
      />
    </Page>
  );
}

/** Only what was changed is sent, so that two people may fill in different questions. */
function written(values: Partial<Values>) {
  if (!values.actions) return values;
  const actions = values.actions
    .filter((each) => each.title.trim() !== '')
    .map(({ title, owner, due_on, done }) => ({
      title,
      done: done ?? false,
      ...(owner ? { owner } : {}),
      ...(due_on ? { due_on } : {}),
    }));
  return { ...values, actions };
}

function Meta({ review }: { review: Review }) {
  return (
    <>
      <span>
        {REVIEW.subject} <RefLink record={review.subject} />
      </span>
      <span>{REVIEW.whys[review.why] ?? wordOf(review.why)}</span>
      <span>
        {REVIEW.opened} <Time at={review.opened_at} />
      </span>
      {review.due_on && review.state === 'open' && (
        <span>
          {REVIEW.due} {dayOn(review.due_on)}
        </span>
      )}
      {review.completed_by && (
        <span>
          {REVIEW.completedBy} {review.completed_by}, <Time at={review.completed_at} />
        </span>
      )}
    </>
  );
}

interface ReviewFormProps {
  review: Review;
  form: FormState<Values>;
  write: { isPending: boolean; error: unknown };
  onSave: () => void;
}

function ReviewForm({ review, form, write, onSave }: ReviewFormProps) {
  const mustFindCause = review.why === 'failed' || review.why === 'rolled_back';
  return (
    <Form
      onSubmit={onSave}
      submit={REVIEW.save}
      busy={write.isPending}
      errors={form.errors}
      problem={write.error}
    >
      <LongTextField form={form} name="went_well" label={REVIEW.wentWell} required rows={4} />
      <LongTextField
        form={form}
        name="went_wrong"
        label={REVIEW.wentWrong}
        help={REVIEW.wentWrongHelp}
        required
        rows={4}
      />
      <LongTextField
        form={form}
        name="root_cause"
        label={REVIEW.rootCause}
        help={mustFindCause ? REVIEW.rootCauseRequired : REVIEW.rootCauseHelp}
        required={mustFindCause}
        rows={4}
      />
      <LongTextField form={form} name="objectives_met" label={REVIEW.objectives} rows={3} />
      {form.values.kpis.length > 0 && (
        <KpisField
          value={form.values.kpis}
          error={form.errorOf('kpis')}
          onChange={(kpis) => form.set('kpis', kpis)}
        />
      )}
      <LongTextField form={form} name="user_feedback" label={REVIEW.userFeedback} rows={3} />
      <LongTextField form={form} name="business_value" label={REVIEW.businessValue} rows={3} />
      <ActionsField
        value={form.values.actions}
        error={form.errorOf('actions')}
        onChange={(actions) => form.set('actions', actions)}
      />
    </Form>
  );
}

function Written({ review }: { review: Review }) {
  const texts: [string, string][] = [
    [REVIEW.wentWell, review.went_well],
    [REVIEW.wentWrong, review.went_wrong],
    [REVIEW.rootCause, review.root_cause],
    [REVIEW.objectives, review.objectives_met],
    [REVIEW.userFeedback, review.user_feedback],
    [REVIEW.businessValue, review.business_value],
  ];
  return (
    <>
      {texts.map(([title, text]) => (
        <Section key={title} title={title}>
          <Prose text={text} />
        </Section>
      ))}
      {review.kpis.length > 0 && (
        <Section title={REVIEW.kpis}>
          <KpisList kpis={review.kpis} />
        </Section>
      )}
      <Section title={REVIEW.actions}>
        <ActionsList actions={review.actions} />
      </Section>
    </>
  );
}
