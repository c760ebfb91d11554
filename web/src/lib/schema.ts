// Names for the wire types, so that no file spells `components['schemas']`.
import type { components } from '@/gen/api';

export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

export type Ref = Schema<'Ref'>;
export type Action = Schema<'Action'>;
export type Refusal = Schema<'Refusal'>;
export type FieldError = Schema<'FieldError'>;
export type Lamp = Schema<'Lamp'>;
export type Window = Schema<'Window'>;
export type Me = Schema<'Me'>;
export type Written = Schema<'Written'>;

/** A page of a list; `next` is the cursor of the following one. */
export interface Page<Row> {
  items: Row[];
  next?: string;
}
