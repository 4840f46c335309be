import { NavLink } from 'react-router';
import { say } from '../strings/say.ts';
import classes from './records.module.css';

/** The record of processing, and the registers that belong to it. */
export function RecordsPages() {
  return (
    <nav className={classes.pages} aria-label={say('records.pages')}>
      <NavLink to="/records" end>
        {say('records.title')}
      </NavLink>
      <NavLink to="/records/assessments">{say('assessments.title')}</NavLink>
      <NavLink to="/records/processors">{say('processors.title')}</NavLink>
      <NavLink to="/records/disclosures">{say('disclosures.title')}</NavLink>
      <NavLink to="/records/holds">{say('holds.title')}</NavLink>
      <NavLink to="/records/incidents">{say('incidents.title')}</NavLink>
      <NavLink to="/records/private">{say('special.title')}</NavLink>
    </nav>
  );
}
