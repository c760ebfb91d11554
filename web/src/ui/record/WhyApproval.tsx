// Why this approval: the rules of the policy that were applied, and what would turn them.
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/client';
import type { Schema } from '@/lib/schema';
import { Section } from '../Page';
import { ErrorState } from '../States';
import { wordOf } from '../texts';
import { WHY } from './texts';
import classes from './WhyApproval.module.css';

type Rule = Schema<'ExplainedRule'>;

export function WhyApproval({ kind, id }: { kind: 'changes' | 'releases'; id: string }) {
  const path = `/${kind}/${encodeURIComponent(id)}/policy`;
  const why = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => get<Schema<'Explanation'>>(path, {}, signal),
  });
  const found = why.data;
  return (
    <Section title={WHY.title} aside={found && WHY.model(found.model, found.policy)}>
      {why.error && <ErrorState error={why.error} retry={() => void why.refetch()} />}
      {why.isPending && <Skeleton height={96} />}
      {found && (
        <>
          <p className={classes.words}>{found.decided ? WHY.decided : WHY.promised}</p>
          <ul className={classes.rules}>
            {found.rules.map((rule) => (
              <RuleLine key={`${rule.about} ${rule.name}`} rule={rule} />
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}

function RuleLine({ rule }: { rule: Rule }) {
  return (
    <li>
      <details>
        <summary>
          <strong>{wordOf(rule.name)}</strong> <span className="soft">{rule.outcome}</span>
        </summary>
        {rule.expression ? (
          <pre className={classes.expression} tabIndex={0}>
            {rule.expression.trim()}
          </pre>
        ) : (
          <p className={classes.words}>{WHY.always}</p>
        )}
        <dl className={classes.facts}>
          {rule.facts.map((fact) => (
            <div key={fact.name}>
              <dt>
                <span className="mono">{fact.name}</span> {WHY.is} {fact.value}
              </dt>
              <dd>
                {fact.turns.length === 0
                  ? WHY.nothing
                  : fact.turns.map((turn) => WHY.turn(turn.value, turn.outcome)).join('; ')}
              </dd>
            </div>
          ))}
        </dl>
        <p className={classes.place}>
          {rule.file}
          {rule.line != null && WHY.line(rule.line)}
        </p>
      </details>
    </li>
  );
}
