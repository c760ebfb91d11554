// Tasks and remarks of a release.
import { actionOf } from '@/ui/actions';
import { Columns } from '@/ui/Page';
import { Comments } from '@/ui/record/Comments';
import { Links } from '@/ui/record/Links';
import { Tasks } from '@/ui/record/Tasks';
import type { Release } from '../queries';

export function TalkTab({ release, path }: { release: Release; path: string }) {
  const may = (name: string) => actionOf(release.actions, name);
  return (
    <Columns
      main={
        <>
          <Tasks record={release} path={path} />
          <Comments comments={release.comments} path={path} may={may('comment')} />
        </>
      }
      side={
        <Links
          links={release.links}
          path={path}
          version={release.version}
          may={may('set_links')}
          settle={may('settle_links')}
        />
      }
    />
  );
}
