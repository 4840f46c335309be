import { Burger, Button, Drawer, SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconAdjustmentsHorizontal,
  IconArchive,
  IconBook2,
  IconCalendarDue,
  IconCalendarTime,
  IconCalendarWeek,
  IconClockX,
  IconDatabase,
  IconEye,
  IconFileText,
  IconFlag,
  IconHandStop,
  IconListSearch,
  IconLogout,
  IconMailQuestion,
  IconMessage2Question,
  IconMessageCircleUser,
  IconShieldLock,
  IconStack2,
  IconThumbUp,
  IconUserCircle,
  IconUserOff,
  IconUsers,
  IconUsersGroup,
  type TablerIcon,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { NavLink } from 'react-router';
import type { Role } from '../../../shared/roles.ts';
import { useMe } from '../api/useMe.ts';
import { areDone, useFirstSteps } from '../begin/useFirstSteps.ts';
import { IncidentsToldToMe } from '../data/OwnIncidents.tsx';
import { OwnLeaving } from '../endings/OwnLeaving.tsx';
import { useSignOut } from '../entry/useSignOut.ts';
import { RequestsInMyName } from '../requests/MyRequests.tsx';
import { LiftsToldToMe } from '../restrictions/MyRestrictions.tsx';
import { ClockBanner } from '../retention/ClockDoubt.tsx';
import { say } from '../strings/say.ts';
import { Alarms } from './Alarms.tsx';
import { Failure } from './Failure.tsx';
import classes from './frame.module.css';
import { may } from './may.ts';
import { Note } from './Note.tsx';
import { useAskFirst } from './Unsaved.tsx';

/** What stands around every page of a signed-in person. */
export function Frame({ children }: { children: ReactNode }) {
  const me = useMe();
  const [opened, { toggle, close }] = useDisclosure(false);
  return (
    <>
      <a className={classes.skip} href="#content" onClick={focusContent}>
        {say('nav.skip')}
      </a>
      <div className={classes.shell}>
        <aside className={classes.top} aria-label={say('nav.top')}>
          <Brand organisation={me.org.name} />
          <Burger opened={opened} onClick={toggle} aria-label={say('nav.open')} aria-expanded={opened} size="sm" />
        </aside>
        <aside className={classes.side} aria-label={say('nav.side')}>
          <div className={classes.sideInner}>
            <Brand organisation={me.org.name} />
            <Navigation />
            <Foot />
          </div>
        </aside>
        <main id="content" className={classes.main} tabIndex={-1}>
          {me.concurrentUse && (
            <Note tone="gone">
              <p>
                <strong>{say('session.concurrent')}</strong>
              </p>
              <p>{say('session.concurrentRemedy')}</p>
            </Note>
          )}
          <Alarms />
          <ClockBanner />
          <RequestsInMyName />
          <LiftsToldToMe />
          <IncidentsToldToMe />
          <OwnLeaving />
          {children}
        </main>
      </div>
      <Drawer opened={opened} onClose={close} title={say('nav.title')} lockScroll={false} position="right" size="17rem">
        <Navigation onNavigate={close} />
        <Foot />
      </Drawer>
    </>
  );
}

function focusContent(event: { preventDefault(): void }): void {
  event.preventDefault(); // the hash is the router's
  document.getElementById('content')?.focus();
}

function Brand({ organisation }: { organisation: string }) {
  return (
    <div className={classes.brand}>
      <img src="/daylight.svg" alt="" />
      <div className={classes.brandWords}>
        <div className={classes.brandName}>{say('product.name')}</div>
        <div className={classes.organisation} title={organisation}>
          {organisation}
        </div>
      </div>
    </div>
  );
}

interface Destination {
  readonly to: string;
  readonly label: string;
  readonly icon: TablerIcon;
  readonly shown: (role: Role) => boolean;
}

const everyone = () => true;

const organisationPages: readonly Destination[] = [
  { to: '/collection', label: say('nav.collection'), icon: IconAdjustmentsHorizontal, shown: may.seeProof },
  { to: '/today', label: say('nav.today'), icon: IconUsersGroup, shown: may.seeDaysOfOthers },
  { to: '/people', label: say('nav.people'), icon: IconUsers, shown: may.seePeople },
  { to: '/objections', label: say('nav.openObjections'), icon: IconMessage2Question, shown: may.answerObjections },
  { to: '/records', label: say('nav.records'), icon: IconBook2, shown: may.keepRecords },
  { to: '/requests', label: say('nav.allRequests'), icon: IconMailQuestion, shown: may.answerRequests },
  { to: '/access-logs', label: say('nav.accessLogs'), icon: IconListSearch, shown: may.seeAccessLogs },
  { to: '/backups', label: say('nav.backups'), icon: IconArchive, shown: may.keepBackups },
  { to: '/retention', label: say('nav.retention'), icon: IconClockX, shown: may.seeRetention },
  { to: '/endings', label: say('nav.endings'), icon: IconUserOff, shown: may.seeEndings },
  { to: '/security', label: say('nav.security'), icon: IconShieldLock, shown: may.seeSecurity },
];

/** Listed as long as there is something to decide. */
const firstSteps: Destination = { to: '/begin', label: say('nav.begin'), icon: IconFlag, shown: may.begin };

const ownPages: readonly Destination[] = [
  { to: '/my-day', label: say('nav.myDay'), icon: IconCalendarTime, shown: everyone },
  { to: '/my-week', label: say('nav.myWeek'), icon: IconCalendarWeek, shown: everyone },
  { to: '/my-data', label: say('nav.myData'), icon: IconDatabase, shown: everyone },
  { to: '/who-looked', label: say('nav.whoLooked'), icon: IconEye, shown: everyone },
  { to: '/notice', label: say('nav.notice'), icon: IconFileText, shown: everyone },
  { to: '/why', label: say('nav.why'), icon: IconStack2, shown: everyone },
  { to: '/coming', label: say('nav.coming'), icon: IconCalendarDue, shown: everyone },
  { to: '/my-consents', label: say('nav.consents'), icon: IconThumbUp, shown: everyone },
  { to: '/my-objections', label: say('nav.objections'), icon: IconHandStop, shown: everyone },
  { to: '/my-requests', label: say('nav.requests'), icon: IconMessageCircleUser, shown: everyone },
  { to: '/account', label: say('nav.account'), icon: IconUserCircle, shown: everyone },
];

function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const { person } = useMe();
  const first = useFirstSteps(may.begin(person.role));
  const pages = first === null || areDone(first) ? organisationPages : [firstSteps, ...organisationPages];
  const organisation = pages.filter(({ shown }) => shown(person.role));
  const click = onNavigate === undefined ? {} : { onClick: onNavigate };
  return (
    <nav className={classes.nav} aria-label={say('nav.title')}>
      {organisation.length > 0 && (
        <>
          <p className={classes.navHeading}>{say('nav.organisation')}</p>
          <ul>
            {organisation.map((page) => (
              <Item key={page.label} page={page} {...click} />
            ))}
          </ul>
        </>
      )}
      <p className={classes.navHeading}>{say('nav.mine')}</p>
      <ul>
        {ownPages.map((page) => (
          <Item key={page.label} page={page} {...click} />
        ))}
      </ul>
    </nav>
  );
}

function Item({ page, onClick }: { page: Destination; onClick?: () => void }) {
  const Icon = page.icon;
  return (
    <li>
      <NavLink to={page.to} className={classes.link ?? ''} {...(onClick === undefined ? {} : { onClick })}>
        <Icon size={19} stroke={1.7} aria-hidden />
        {page.label}
      </NavLink>
    </li>
  );
}

function Foot() {
  const { person } = useMe();
  const signOut = useSignOut();
  const askFirst = useAskFirst();
  return (
    <div className={classes.foot}>
      <div>
        <div>{person.name}</div>
        <div className="dl-quiet dl-small">{say(`role.${person.role}`)}</div>
      </div>
      <SchemeSwitch />
      <Button
        variant="default"
        size="xs"
        leftSection={<IconLogout size={16} aria-hidden />}
        loading={signOut.isPending}
        onClick={() => askFirst(() => signOut.mutate())}
      >
        {say('action.signOut')}
      </Button>
      {signOut.isError && <Failure error={signOut.error} />}
    </div>
  );
}

export function SchemeSwitch() {
  // Suspending transitions is done with a <style> element, which the content security policy does not allow.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  return (
    <SegmentedControl
      size="xs"
      fullWidth
      aria-label={say('scheme.label')}
      value={colorScheme}
      onChange={(value) => setColorScheme(value === 'light' || value === 'dark' ? value : 'auto')}
      data={[
        { value: 'auto', label: say('scheme.auto') },
        { value: 'light', label: say('scheme.light') },
        { value: 'dark', label: say('scheme.dark') },
      ]}
    />
  );
}
