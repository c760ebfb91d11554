// Tasks and remarks of a release.
import { Columns } from '@/ui/Page';
import { Comments } from '@/ui/record/Comments';
import { Links } from '@/ui/record/Links';
import { Tasks } from '@/ui/record/Tasks';
import type { Release } from '../queries';

export function TalkTab({ release, path }: { release: Release; path: string }) {
  return (
    <Columns
      main={
        <>
          <Tasks tasks={release.tasks} path={path} version={release.version} />
          <Comments comments={release.comments} path={path} />
        </>
      }
      side={<Links links={release.links} path={path} version={release.version} />}
    />
  );
}
