import { IconCircleCheck } from '@tabler/icons-react';
import { Link, useParams } from 'react-router';
import { useMe } from '../api/useMe.ts';
import { may } from '../frame/may.ts';
import { Empty, Page } from '../frame/Page.tsx';
import { Waiting } from '../frame/Waiting.tsx';
import { say } from '../strings/say.ts';
import classes from './begin.module.css';
import { ChoosePolicy } from './ChoosePolicy.tsx';
import { FirstPeople } from './FirstPeople.tsx';
import { Organisation } from './Organisation.tsx';
import { type FirstSteps, useFirstSteps } from './useFirstSteps.ts';

const steps = ['organisation', 'policy', 'people'] as const;
type Step = (typeof steps)[number];

/** What a new organisation decides first: what is collected, and who is here. It can be left at any time: what was decided is what the server has. */
export function Begin() {
  const { person } = useMe();
  const { step: asked } = useParams();
  const first = useFirstSteps(may.begin(person.role));
  if (!may.begin(person.role)) {
    return (
      <Page title={say('begin.title')}>
        <Empty>{say('begin.owners')}</Empty>
      </Page>
    );
  }
  if (first === null) return <Waiting lines={5} />;
  const step = steps.find((candidate) => candidate === asked) ?? nextOf(first);
  return (
    <Page title={say('begin.title')} lead={say('begin.lead')}>
      <div className="dl-stack">
        <nav aria-label={say('begin.steps')}>
          <ol className={classes.steps}>
            {steps.map((one) => (
              <li key={one}>
                <Link
                  to={`/begin/${one}`}
                  className={classes.step ?? ''}
                  {...(one === step ? { 'aria-current': 'step' } : {})}
                >
                  {say(`begin.step.${one}`)}
                  {isDone(one, first) && (
                    <>
                      <IconCircleCheck size={17} aria-hidden className={classes.done ?? ''} />
                      <span className="dl-hidden">{say('begin.done')}</span>
                    </>
                  )}
                </Link>
              </li>
            ))}
          </ol>
        </nav>
        {step === 'organisation' && <Organisation />}
        {step === 'policy' && <ChoosePolicy />}
        {step === 'people' && <FirstPeople decided={first.hasPolicy} />}
      </div>
    </Page>
  );
}

function nextOf({ hasPolicy, hasPeople }: FirstSteps): Step {
  if (!hasPolicy && !hasPeople) return 'organisation';
  return hasPolicy ? 'people' : 'policy';
}

function isDone(step: Step, { hasPolicy, hasPeople }: FirstSteps): boolean {
  if (step === 'policy') return hasPolicy;
  return step === 'people' && hasPeople;
}
