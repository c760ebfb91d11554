// The relations of a service or a CI: as a map, or as a plain list for reading aloud and copying.
import { SegmentedControl } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { lazy, Suspense } from 'react';
import { paths } from '@/app/paths';
import { useAddress } from '@/lib/address';
import { Link } from '@/ui/Link';
import { Section } from '@/ui/Page';
import { ErrorState, PartSkeleton } from '@/ui/States';
import { wordOf } from '@/ui/texts';
import { useMap, type RelationMap as MapData } from '../queries';
import { relationWord, texts } from '../texts';
import classes from './MapSection.module.css';

const RelationMap = lazy(() =>
  import('./RelationMap').then((file) => ({ default: file.RelationMap })),
);
const DEPTHS = ['1', '2', '3'];
const VIEWS = ['map', 'list'] as const;
const PHONE = '(max-width: 700px)';

interface Props {
  /** The path in the API of what the map is about. */
  path: string;
  /** The CI in the middle; a service has none, and no depth. */
  focus?: string;
}

export function MapSection({ path, focus }: Props) {
  const [address, change] = useAddress();
  const depth = focus ? (DEPTHS.find((each) => each === address.depth) ?? '2') : undefined;
  const map = useMap(path, depth);
  // A phone has no room for a map: the list comes first there, and the map is a choice.
  const isPhone = useMediaQuery(PHONE, false, { getInitialValueInEffect: false });
  const usual = isPhone ? 'list' : 'map';
  const shown = VIEWS.find((each) => each === address.relations) ?? usual;
  return (
    <Section
      flush
      title={texts.map}
      aside={
        <>
          {depth && (
            <>
              <span aria-hidden="true">{texts.mapDepth}</span>
              <SegmentedControl
                size="xs"
                aria-label={texts.mapDepth}
                value={depth}
                onChange={(value) => change({ depth: value })}
                data={DEPTHS}
              />
            </>
          )}
          <SegmentedControl
            size="xs"
            aria-label={texts.mapLabel}
            value={shown}
            onChange={(value) => change({ relations: value === usual ? undefined : value })}
            data={VIEWS.map((value) => ({ value, label: texts.mapViews[value] }))}
          />
        </>
      }
    >
      {map.error ? (
        <ErrorState error={map.error} retry={() => void map.refetch()} />
      ) : !map.data ? (
        <PartSkeleton height={460} />
      ) : (
        <Shown map={map.data} asList={shown === 'list'} focus={focus} near={isPhone} />
      )}
    </Section>
  );
}

interface ShownProps {
  map: MapData;
  asList: boolean;
  focus?: string;
  near: boolean;
}

function Shown({ map, asList, focus, near }: ShownProps) {
  if (map.nodes.length === 0) return <p className={classes.note}>{texts.mapEmpty}</p>;
  return (
    <>
      {map.truncated && <p className={classes.note}>{texts.mapTruncated}</p>}
      {asList ? (
        <MapList map={map} />
      ) : (
        <Suspense fallback={<PartSkeleton height={460} />}>
          <RelationMap map={map} focus={focus} near={near} />
        </Suspense>
      )}
    </>
  );
}

/** Each CI with what it needs, sentence by sentence. */
function MapList({ map }: { map: MapData }) {
  const nameOf = (id: string) => map.nodes.find((node) => node.ci.id === id)?.ci.name ?? id;
  return (
    <ul className={classes.list} aria-label={texts.mapCaption}>
      {map.nodes.map((node) => {
        const needs = map.edges.filter((edge) => edge.from === node.ci.id);
        return (
          <li key={node.ci.id}>
            <Link to={paths.ci(node.ci.id)}>{node.ci.name}</Link>{' '}
            <span className="soft">{wordOf(node.kind).toLowerCase()}</span>
            {needs.length > 0 && (
              <ul>
                {needs.map((edge) => (
                  <li key={edge.kind + edge.to}>
                    <span className="soft">{relationWord(edge.kind)}</span>{' '}
                    <Link to={paths.ci(edge.to)}>{nameOf(edge.to)}</Link>
                  </li>
                ))}
              </ul>
            )}
          </li>
        );
      })}
    </ul>
  );
}
