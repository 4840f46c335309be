import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import type { Me } from '../../../shared/protocol/http/signIn.ts';
import { Accesses } from '../account/Accesses.tsx';
import { AccessLogs } from '../account/AccessLogs.tsx';
import { Account } from '../account/Account.tsx';
import { SecurityEvents } from '../account/SecurityEvents.tsx';
import { followOtherTabs } from '../api/otherTabs.ts';
import { MeProvider, useSession } from '../api/useMe.ts';
import { Backups } from '../backups/Backups.tsx';
import { Begin } from '../begin/Begin.tsx';
import { Start } from '../begin/Start.tsx';
import { BroughtAlong } from '../brought/BroughtAlong.tsx';
import { BroughtDay } from '../brought/BroughtDay.tsx';
import { Collection } from '../collection/Collection.tsx';
import { DraftsProvider } from '../collection/Drafts.tsx';
import { HistoryPage } from '../collection/HistoryPage.tsx';
import { KeysPage } from '../collection/KeysPage.tsx';
import { NoticePage, NoticeVersionPage } from '../collection/NoticePage.tsx';
import { Coming } from '../coming/Coming.tsx';
import { MyConsents } from '../consents/MyConsents.tsx';
import { CorrectPage } from '../corrections/CorrectPage.tsx';
import { MyData } from '../data/MyData.tsx';
import { DayPage } from '../day/DayPage.tsx';
import { Endings } from '../endings/Endings.tsx';
import { ENDED_PATH, OrganisationEnded } from '../endings/OrganisationEnded.tsx';
import { Entrance } from '../entry/Entrance.tsx';
import { Invitation } from '../entry/Invitation.tsx';
import { OneTimeLink } from '../entry/OneTimeLink.tsx';
import { Setup } from '../entry/Setup.tsx';
import { SignIn } from '../entry/SignIn.tsx';
import { WhyPage } from '../layers/WhyPage.tsx';
import { MyObjections } from '../objections/MyObjections.tsx';
import { OpenObjections } from '../objections/OpenObjections.tsx';
import { People } from '../people/People.tsx';
import { PersonPage } from '../people/PersonPage.tsx';
import { TeamPage } from '../people/TeamPage.tsx';
import { Assessments } from '../records/Assessments.tsx';
import { Disclosures } from '../records/Disclosures.tsx';
import { Holds } from '../records/Holds.tsx';
import { Incidents } from '../records/Incidents.tsx';
import { PrivateEntries } from '../records/PrivateEntries.tsx';
import { Processors } from '../records/Processors.tsx';
import { Records } from '../records/Records.tsx';
import { AllRequests } from '../requests/AllRequests.tsx';
import { MyRequests } from '../requests/MyRequests.tsx';
import { Retention } from '../retention/Retention.tsx';
import { say } from '../strings/say.ts';
import { TodayPage } from '../today/TodayPage.tsx';
import { WeekPage } from '../week/WeekPage.tsx';
import { Failure } from './Failure.tsx';
import { Frame } from './Frame.tsx';
import { may } from './may.ts';
import { NoSuchPage } from './NoSuchPage.tsx';
import { UnsavedProvider } from './Unsaved.tsx';
import { Waiting } from './Waiting.tsx';

/** Links, invitations and the last page first: they work whoever is signed in. Then the door, then the rooms. */
export function Console() {
  const client = useQueryClient();
  useEffect(() => followOtherTabs(client), [client]);
  return (
    <UnsavedProvider>
      <Routes>
        <Route path="/link/:token" element={<OneTimeLink />} />
        <Route path="/invitation/:token" element={<Invitation />} />
        <Route path={ENDED_PATH} element={<OrganisationEnded />} />
        <Route path="*" element={<Door />} />
      </Routes>
    </UnsavedProvider>
  );
}

/** The address stays as it is while someone signs in, so that they arrive where they wanted to go. */
function Door() {
  const session = useSession();
  if (session.isPending) {
    return (
      <Entrance title={say('product.name')}>
        <Waiting lines={2} />
      </Entrance>
    );
  }
  if (session.isError) {
    return (
      <Entrance title={say('product.name')}>
        <Failure error={session.error} retry={() => void session.refetch()} />
      </Entrance>
    );
  }
  return (
    <DraftsProvider person={session.data?.person.id ?? null}>
      {session.data === null ? <SignIn /> : <Inside me={session.data} />}
    </DraftsProvider>
  );
}

function Inside({ me }: { me: Me }) {
  if (me.mustDo.length > 0) return <Setup me={me} />;
  const seesProof = may.seeProof(me.person.role);
  return (
    <MeProvider value={me}>
      {/* Somebody else begins with nothing that stood in a field here. */}
      <Frame key={me.person.id}>
        <Routes>
          <Route path="/" element={<Start />} />
          <Route path="/begin/:step?" element={<Begin />} />
          <Route path="/collection" element={seesProof ? <Collection /> : <Navigate to="/notice" replace />} />
          <Route path="/today" element={<TodayPage />} />
          <Route path="/people" element={<People />} />
          <Route path="/people/:person" element={<PersonPage />} />
          <Route path="/people/:person/why" element={<WhyPage />} />
          <Route path="/teams/:team" element={<TeamPage />} />
          <Route path="/people/:person/day/:day?" element={<DayPage />} />
          <Route path="/people/:person/week/:day?" element={<WeekPage />} />
          <Route path="/people/:person/accesses" element={<Accesses />} />
          <Route path="/objections" element={<OpenObjections />} />
          <Route path="/my-objections" element={<MyObjections />} />
          <Route path="/my-consents" element={<MyConsents />} />
          <Route path="/coming" element={<Coming />} />
          <Route path="/why" element={<WhyPage />} />
          <Route path="/records" element={<Records />} />
          <Route path="/records/assessments" element={<Assessments />} />
          <Route path="/records/processors" element={<Processors />} />
          <Route path="/records/disclosures" element={<Disclosures />} />
          <Route path="/records/holds" element={<Holds />} />
          <Route path="/records/incidents" element={<Incidents />} />
          <Route path="/records/private" element={<PrivateEntries />} />
          <Route path="/retention" element={<Retention />} />
          <Route path="/requests" element={<AllRequests />} />
          <Route path="/my-requests" element={<MyRequests />} />
          <Route path="/access-logs" element={<AccessLogs />} />
          <Route path="/my-day/:day?" element={<DayPage />} />
          <Route path="/my-week/:day?" element={<WeekPage />} />
          <Route path="/my-data" element={<MyData />} />
          <Route path="/brought-along" element={<BroughtAlong />} />
          <Route path="/brought-along/:import/:day" element={<BroughtDay />} />
          <Route path="/correct/:day?" element={<CorrectPage />} />
          <Route path="/who-looked" element={<Accesses />} />
          <Route path="/notice" element={<NoticePage />} />
          <Route path="/notice/history" element={<HistoryPage />} />
          <Route path="/notice/keys" element={<KeysPage />} />
          <Route path="/notice/versions/:version" element={<NoticeVersionPage />} />
          <Route path="/account" element={<Account />} />
          <Route path="/backups" element={<Backups />} />
          <Route path="/endings" element={<Endings />} />
          <Route path="/security" element={<SecurityEvents />} />
          <Route path="*" element={<NoSuchPage />} />
        </Routes>
      </Frame>
    </MeProvider>
  );
}
