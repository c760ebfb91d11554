// The question after a release: an answer in one press for who is asked, and what was answered.
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import { asProblem } from '@/lib/problem';
import type { Schema } from '@/lib/schema';
import { useWrite } from '@/lib/write';
import { sentence } from '@/ui/texts';
import { Facts, Section } from '@/ui/Page';
import { ScoreButtons } from '@/ui/ScoreButtons';
import { Time } from '@/ui/Time';
import { releasePath, type Release } from '../queries';
import { SURVEY } from '../afterTexts';

function useSurvey(release: Release) {
  const path = `${releasePath(release.number)}/survey`;
  return useQuery({
    queryKey: ['/releases', release.number, 'survey'],
    queryFn: async ({ signal }) => {
      try {
        return await get<Schema<'Survey'>>(path, {}, signal);
      } catch (error) {
        // Nobody was asked: nothing to show.
        if (asProblem(error).status === 404) return null;
        throw error;
      }
    },
  });
}

export function Survey({ release }: { release: Release }) {
  const survey = useSurvey(release).data;
  const write = useWrite();
  if (!survey) return null;
  const { asked, answered, mean, until, answers, mine, actions } = survey;
  const may = actions.some((action) => action.name === 'answer' && action.allowed);
  const answer = (score: number, words: string) =>
    write.mutate({ path: `${releasePath(release.number)}/survey`, body: { score, words } });
  return (
    <Section title={SURVEY.title}>
      {may && <ScoreButtons label={SURVEY.ask} busy={write.isPending} onAnswer={answer} />}
      {write.error && <p role="alert">{sentence(write.error.message)}</p>}
      {mine && <p role="status">{SURVEY.mine(mine.score)}</p>}
      <Facts
        facts={[
          [SURVEY.answered, SURVEY.of(answered, asked)],
          [SURVEY.mean, mean?.toFixed(1)],
          [SURVEY.until, <Time key="until" at={until} show="full" />],
        ]}
      />
      {answers.some((each) => each.words) && (
        <ul aria-label={SURVEY.words}>
          {answers
            .filter((each) => each.words)
            .map((each, place) => (
              <li key={place}>
                <span className="num">{each.score}</span> “{each.words}”
              </li>
            ))}
        </ul>
      )}
    </Section>
  );
}
