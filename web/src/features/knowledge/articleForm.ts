// An article as a form has it, and as it is sent.
import { choiceOf, type Choice } from '@/lib/lookup';
import type { Article } from './queries';

export interface ArticleValues {
  title: string;
  kind: string;
  audience: string;
  body: string;
  services: Choice[];
  release: Choice | null;
}

export const emptyArticle: ArticleValues = {
  title: '',
  kind: 'workaround',
  audience: 'internal',
  body: '',
  services: [],
  release: null,
};

export function valuesOf(article: Article): ArticleValues {
  const { title, kind, audience, body, release } = article;
  return {
    title,
    kind,
    audience,
    body,
    services: article.services.map(choiceOf),
    release: release ? choiceOf(release) : null,
  };
}

export function fieldsOf(values: Partial<ArticleValues>) {
  const { services, release, ...rest } = values;
  return {
    ...rest,
    ...(services ? { services: services.map(({ value }) => value) } : {}),
    ...(release === undefined ? {} : { release: release?.value ?? null }),
  };
}
