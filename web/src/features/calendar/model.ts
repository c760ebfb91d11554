// The calendar's wire types under short names.
import type { components } from '@/gen/api';

type Schemas = components['schemas'];

export type Band = Schemas['Band'];
export type Calendar = Schemas['Calendar'];
export type Conflict = Schemas['Conflict'];
export type MeetingEntry = Schemas['MeetingEntry'];
export type Entry = Schemas['Entry'];
export type Service = Schemas['Service'];
export type Ref = Schemas['Ref'];
