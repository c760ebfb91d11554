// The list of keys that work on this page, opened by `?`.
import { useKeyGroups } from '@/lib/keys';
import { Sheet } from './Sheet';
import { UI } from './texts';
import classes from './KeyHelp.module.css';

export function KeyHelp({ onClose }: { onClose: () => void }) {
  const groups = useKeyGroups();
  return (
    <Sheet title={UI.keys} onClose={onClose} width={640}>
      <div className={classes.groups}>
        {groups.map((group) => (
          <section key={group.title} aria-label={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.keys.map((key) => (
                <div key={key.keys + key.label}>
                  <dt>
                    {key.keys.split(' ').map((each) => (
                      <kbd key={each}>{each}</kbd>
                    ))}
                  </dt>
                  <dd>{key.label}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Sheet>
  );
}
