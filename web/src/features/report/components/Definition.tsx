// What a figure means.
import { Facts } from '@/ui/Page';
import type { Figure } from '../queries';
import { texts } from '../texts';

export function Definition({ figure }: { figure: Figure }) {
  const { says, counts, placed, zone, unit, causes, source, shape } = figure.definition;
  const spread = { share: texts.wilson, spread: texts.quantiles, mean: texts.quantiles }[shape];
  const facts: [string, string | undefined][] = [
    [texts.facts.says, says],
    [texts.facts.counts, counts],
    [texts.facts.placed, placed],
    [texts.facts.zone, zone],
    [texts.facts.unit, unit],
    [texts.facts.interval, spread],
    [texts.facts.causes, causes.join(', ')],
    [texts.facts.source, source],
  ];
  return <Facts facts={facts.filter(([, value]) => value)} />;
}
