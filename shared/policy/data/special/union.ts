/** Trade unions, professional unions and works councils: from general knowledge, country by country, none looked up (docs/REDACTION.md). */
export const union = `
  1199seiu.org, 32bj.org, aaup.org, actorsequity.org, afacwa.org, afge.org, afm.org, afscme3000.org, aft.org,
  alliedpilots.org, alpa.org, apfa.org, apwu.org, atu.org, bacweb.org, ble-t.org, blet.org, bmwe.org,
  boilermakers.org, bridgedeck.org, brs.org, calnurses.org, carpenters.org, cft.org, cirseiu.org, code-cwa.org,
  csea.org, cseainc.org, cseany.org, cta.org, ctulocal1.org, cwa.org, dc37.net, dga.org, domesticworkers.org,
  epi.org, fightfor15.org, fop.net, gameworkers.us, goiam.org, hca-seiu.org, iaff.org, iam.org, iatse.net,
  ieanea.org, iff.org, ifpte.org, ila2000.org, ilwu.org, insulators.org, inthesetimes.com, ironworkers.org,
  iuec.org, iuoe.org, iupat.org, jwj.org, laborpress.org, liuna.org, local802afm.org, mea.org, nabet-cwa.org,
  nalc.org, natca.org, nationalnursesunited.org, nea.org, nela.org, nelp.org, newsguild.org, nffe.org, njea.org,
  nlrbedge.com, nnu.org, npmhu.org, nrlca.org, nrtw.org, nteu.org, nuhw.org, nyguild.org, nysna.org, nysut.org,
  ohea.org, opcmia.org, opeiu.org, pef.org, peoplesworld.org, psea.org, rwdsu.info, sagaftra.org, seafarers.org,
  seiu-uhw.org, seiu1021.org, seiu32bj.org, seiu721.org, smwia.org, swapa.org, teamsters.org, twu.org, twu556.org,
  twulocal100.org, ua.org, ubc.org, ufcw.org, uft.org, ufw.org, umwa.org, unac-ca.org, unionfacts.com,
  unitedforrespect.org, unitehere.org, utla.net, utu.org, uwua.net, wfse.org, wga.org, wgaeast.org,
  workplacefairness.org,

  acpa.ca, actra.ca, afl.org, alpa.ca, apts.qc.ca, aupe.org, bcfed.ca, bcgeu.ca, bcnu.org, bctf.ca, cape-acep.ca,
  caut.ca, clac.ca, clc-ctc.ca, csd.qc.ca, csn.qc.ca, csq.qc.net, cupw.ca, etfo.ca, fae.qc.ca, fiqsante.qc.ca,
  fneeq.qc.ca, ftq.qc.ca, heu.org, hsabc.org, iamaw.ca, iatse.ca, ibewcanada.ca, lacsq.org, lafae.qc.ca,
  liunacanada.ca, mgeu.ca, nbu.ca, nsgeu.ca, nupge.ca, oecta.on.ca, ofl.ca, ona.org, opseu.org, osstf.on.ca,
  otffeo.on.ca, pipsc.ca, psac-afpc.com, sfpq.qc.ca, spgq.qc.ca, sun-nurses.sk.ca, syndicatafpc.ca, teachers.ab.ca,
  teamsters.ca, uda.ca, ufcw.ca, una.ca, unifor.org, usw.ca,

  affinity.uk, ascl.org.uk, atl.org.uk, balpa.org, bectu.org.uk, bfawu.org, bfawu.org.uk, bma.org.uk, bos-tu.org,
  community-tu.org, edapt.org.uk, eis.org.uk, equity.org.uk, fbu.org.uk, fda.org.uk, gftu.org.uk, hcsa.com,
  ier.org.uk, iwgb.org.uk, iww.org.uk, lrd.org.uk, lrdonline.org, megaphone.org.uk, naht.org.uk, napo.org.uk,
  nasuwt.org.uk, nautilusint.org, neu.org.uk, nipsa.org.uk, nuj.org.uk, nut.org.uk, organise.org.uk, pcs.org.uk,
  poauk.org.uk, polfed.org, psnipolfed.org, rcm.org.uk, rcn.org.uk, sor.org, ssta.org.uk, strikemap.org,
  the-pda.org, thompsons.law, tssa.org.uk, tuc.cymru, ucatt.org.uk, ucu.org.uk, unionlearn.org, unionlearn.org.uk,
  unitelive.org, ussu.org, wga.org.uk, workersliberty.org, writersguild.org.uk, wtuc.org.uk,

  ahcps.ie, asti.ie, cwu.ie, fsu.ie, gra.ie, ifut.ie, imo.ie, impact.ie, inmo.ie, into.ie, irishequity.ie,
  mandate.ie, nbru.ie, opatsi.ie, pdforra.ie, pna.ie, pseu.ie, raco.ie, tui.ie,

  aeufederal.org.au, afap.org.au, amieu.asn.au, amwu.org.au, anmf.org.au, australianunions.org.au, awu.net.au,
  cepu.asn.au, cfmeu.asn.au, cfmeu.org, cfmeu.org.au, cpsu.org.au, cwu.org.au, etunational.asn.au, etuvic.com.au,
  faa.net.au, faaa.net, hacsu.asn.au, hsu.net.au, ieu.asn.au, ieuvictas.org.au, jobwatch.org.au, meaa.org,
  megaphone.org.au, mua.org.au, nswnma.asn.au, nswtf.org.au, nteu.au, nteu.org.au, professionalsaustralia.org.au,
  psa.asn.au, psaqld.org.au, qnmu.org.au, qtu.asn.au, queenslandunions.org, raffwu.org.au, rtbu.org.au,
  rtbuexpress.com.au, saunions.org.au, sda.org.au, sdaea.org.au, sstuwa.org.au, together.org.au, twu.com.au,
  unionsnsw.org.au, unionswa.com.au, unitedworkers.org.au, usu.org.au, vthc.org.au, weareunion.org.au,

  apex.org.nz, asms.nz, asms.org.nz, dwu.org.nz, etu.nz, etu.org.nz, munz.org.nz, nzalpa.org.nz, nzdu.nz,
  nzei.org.nz, nzeiteriuroa.org.nz, nzno.org.nz, nzpfu.org.nz, policeassn.org.nz, ppta.org.nz, teu.ac.nz, tewu.nz,
  unite.org.nz,

  aas-seminare.de, abfindungsrechner.de, aib-web.de, arbeit-und-leben.de, arbeitsrechte.de, arbeitunrecht.de,
  aub.de, bdk.de, bdz.eu, beamtenbund.de, blbs.de, bllv.de, bochumerbund.de, br-forum.de, bvlb.de, bvoed.de,
  cgb.info, cgm.de, cockpit.de, dbsh.de, dbwv.de, dgb-bildungswerk.de, dgb-jugend.de, dgbrechtsschutz.de,
  dhv-cgm.de, dhv.de, djv.de, dphv.de, dpolg.de, dpvkom.de, dstg.de, fau.org, freischreiber.de, gdl.de, gnbz.de,
  hans-boeckler-stiftung.de, hensche.de, ifb.de, igbce-bws.de, igm.de, igr-ev.de, komba.de, kuendigung.de,
  kuendigungsschutz.de, lohnspiegel.de, mitbestimmung.de, poko.de, soliserv.de, tarifregister.nrw.de,
  ufo-online.aero, ula.de, vaa.de, vbe.de, vcockpit.de, vdr.de, ver-di.de, verdi-bub.de, vlw.de, vrff.de,
  waf-seminar.de, work-watch.de,

  ak-tirol.com, ak-vorarlberg.at, aknoe.at, akstmk.at, apflug.at, aps-online.at, apsoe.at, auge.or.at, bau-holz.at,
  betriebsraete.at, fcg.at, fsg.at, gbh.at, glb.at, goed-fcg.net, goed.at, gpa-djp.at, gpf.at, kollektivvertrag.at,
  mitbestimmung.at, oegj.at, ugoed.at, voegb.at,

  aeropers.ch, angestellte.ch, apc-pvb.ch, asib.ch, avenirsocial.ch, employes.ch, fedpol-vspb.ch, fsfp.org,
  garanto.ch, impressum.ch, kapers.ch, lch.ch, ler.ch, ocst.ch, personalverband.ch, plattform.ch, pvb.ch,
  sbk-asi.ch, sbk.ch, sbpv.ch, secsuisse.ch, sev-online.ch, ssm-site.ch, ssp-vpod.ch, transfair.ch,
  travailsuisse.ch, uss.ch, ustravail.ch, vpod-ssp.ch, vpod.ch, vspb.org, zv.info,

  alliancepn.fr, apex-isast.fr, cadrescfdt.fr, cfdt-cadres.fr, cfdt-ufetam.org, cftc.fr, cgteduc.fr, cheminotcgt.fr,
  cheminots.fr, cnt-f.org, cnt-so.org, confederationpaysanne.fr, conseil-prudhommes.fr, coupdepouceausalarie.fr,
  cse-guide.fr, csefrance.com, droit-travail-france.fr, elsyndicat.org, fapt-cgt.org, fecfo.fr, ferc-cgt.org,
  fgf-fo.fr, fnecfpfo.fr, fnme-cgt.fr, fo-cadres.fr, fo-fonctionnaires.fr, fo-metaux.org, fogroupe.fr, fsu.fr,
  ftm-cgt.fr, infoprudhommes.fr, juritravail.com, lab.eus, miroirsocial.com, nvo.fr, officiel-ce.com,
  officiel-cse.com, prudhommes.fr, rapportsdeforce.fr, saisirprudhommes.com, scsi-pn.fr, se-unsa.org, secafi.com,
  sgp-police.fr, snalc.fr, snfolc.fr, snj.fr, snjcgt.fr, snpl.com, snpnc.org, snuipp.fr, solidairesinformatique.org,
  stjv.fr, sudeducation.org, sudptt.org, sudrail.fr, syndex.fr, synergie-officiers.com, syntec-cfdt.fr, ugictcgt.fr,
  unac.asso.fr, unef.fr, unite-sgp.fr, unl-sd.fr, unsa-education.com, unsa-police.fr, unsa-police.org, unsa.org,

  abvv-metaal.be, abvvjongeren.be, accg.be, aclvb.be, acod.be, acodonderwijs.be, acv-online.be,
  acv-openbarediensten.be, acv-puls.be, acv-transcom.be, acvbie.be, acvpuls.be, bbtk-abvv.be, bbtk.org, btb-abvv.be,
  cgslb.be, cgsp-enseignement.be, cgsp.be, cgspwallonne.be, cne-gnc.be, coc.be, cov.be, csc-en-ligne.be, cscbie.be,
  cvdsp-nucod.be, fgtb.be, hetabvv.be, horval.be, lacsc.be, lesyndicatchretien.be, metallos.be, mwb-fgtb.be,
  nspv.be, salairesminimums.be, setca-fgtb.be, setca.org, slfp-pol.be, slfp.be, snps.be, ubt-fgtb.be, vsoa.be,
  wsm.be,

  acp.nl, afmp.nl, aob.nl, avv.nl, bvpp.nl, cmhf.nl, cnvconnectief.nl, cnvjongeren.nl, cnvkostersbond.nl,
  cnvvakmensen.nl, de-unie.nl, denunie.nl, deunie.nl, fbz.nl, fnvhorecabond.nl, fnvjong.nl, fnvmetaal.nl, fnvzzp.nl,
  gov-mhb.nl, inspraakorganisatie.nl, kunstenbond.nl, landelijkebelangenvereniging.nl, lbv.nl, leraarinactie.nl,
  luisterendeleraar.nl, ncf.nl, ntb.nl, nu91.nl, nvj.nl, or-online.nl, orkennis.nl, ornet.nl, politiebond.nl,
  qlix.nl, rmu.nl, rmu.nu, synergo.nl, unie.nl, vakcentrale.nl, vbm.info, vcpvakorganisatie.nl, vhp.nl, vhp2.nl,
  vnv.nl, vvmc.nl,

  aleba.lu, apess.lu, cgfp.lu, csl.lu, feduse.lu, fgfc.lu, fncttfel.lu, landesverband.lu, lcgb.lu, nvgl.lu, ogbl.lu,
  sew.lu, syprolux.lu,

  anpe.es, augc.org, ccoo.cat, cesm.org, cgt.info, cig.gal, cnt.es, coordinadora.org, coordinadoraestibadores.com,
  csif.es, csit.es, ela.eus, elasindikatua.eus, fasga.com, feccoo.net, fesmcugt.org, fetico.es, galizacig.gal,
  jucil.es, jupol.es, laboralistas.net, laboro-spain.blogspot.com, loentiendo.com, sat-andalucia.org, satse.es,
  sepla.es, sitcpla.es, spm.es, stavla.com, stec.es, stes.es, sup.es, ucesma.es, ugt-fica.org, ugt.cat,
  ugtcatalunya.cat, ugtficamadrid.org, ugtserviciospublicos.es, uso.es, usoc.cat, ustea.org, ustec.cat, valorian.es,

  cesp.pt, fenprof.pt, fesap.pt, fiequimetal.pt, fnam.pt, fne.pt, jornalistas.eu, mais.org.pt, sbc.pt, sbn.pt,
  sbsi.pt, sep.org.pt, sinapol.pt, sindel.pt, sindepor.pt, sintap.pt, sinttav.org, sitava.pt, snpvac.pt, snqtb.pt,
  spac.pt, spgl.pt, spm-ram.org, spn.pt, spzn.pt, stal.pt, stcc.pt, ste.org.pt, stec.pt, stfpsn.pt, stfpssra.pt,
  stop.org.pt, sttelecom.pt, usi.pt,

  anaao.it, anief.org, anpac.it, cafcgil.it, cafcisl.it, cisal.org, cislfp.it, cislscuola.it, cobas-scuola.it,
  cobas.it, coisp.it, collettiva.it, confsal.it, conquistedellavoro.it, cub.it, fabi.it, filcamscgil.it,
  filtcgil.it, fim-cisl.it, fimmg.org, fiom-cgil.it, firstcisl.it, fisac-cgil.it, fisac.it, fisascat.it,
  fitcisl.org, flcgil.it, fnsi.it, fpcgil.it, gilda-unams.it, gildains.it, inas.it, inca.it, ital-uil.it,
  nursind.it, nursingup.it, patronatoinas.it, prevenzione.it, rassegna.it, sap-nazionale.org, sapnazionale.it,
  sappe.it, siap-polizia.org, sicobas.org, silpcgil.it, siulp.it, slc-cgil.it, snals.it, ugl.it, uilca.it,
  uilfpl.net, uilm.it, uilpa.it, uilscuola.it, uiltucs.it, unisin.it, usi-cit.org, usigenerale.org,

  aea.se, akademikernasakassa.se, akademssr.se, akavia.se, alfakassan.se, arbetet.se, arbetsvarlden.se, avtalat.se,
  byggnads.se, dik.se, elektrikerna.se, fackligafraan.se, fastighets.se, forena.se, fysioterapeuterna.se,
  gsfacket.se, hamn.nu, handels.se, handelsakassa.se, hotellrestaurang.se, if-metall.se, ifmetall.se, jusek.se,
  kollega.se, kommunalsakassa.se, ledarna.se, livs.se, lo-tco.se, lr.se, metallakassa.se, naturvetarna.se,
  pappers.se, ptk.se, sac.se, scenochfilm.se, seko.se, sjf.se, slf.se, smaakassa.se, srat.se, ssr.se, st.org,
  sulf.se, sverigesakassor.se, sverigesingenjorer.se, sverigeslarare.se, trr.se, tto.se, unionensakassa.se,

  akademikerne.no, creo.no, econa.no, elogit.no, flt.no, frifagbevegelse.no, handelogkontor.no, industrienergi.no,
  lederne.no, legeforeningen.no, lomedia.no, nafo.no, negotia.no, nito.no, nj.no, njf.no, nnn.no, nsf.no, nsof.no,
  ntl.no, parat.com, pf.no, samfunnsviterne.no, sjomannsforbund.no, skolenes.no, skuespillerforbund.no, tekna.no,
  unio.no, ys.no,

  a4medier.dk, ac.dk, aka.dk, akademikerne.dk, akademikernes.dk, arbejderen.dk, ase.dk, asebusiness.dk, avisen.dk,
  blikroer.dk, bupl.dk, businessdanmark.dk, danskmetal.dk, dbio.dk, def.dk, detfagligehus.dk, dj.dk, djoef.dk,
  djof.dk, dlf.org, dm.dk, dsr.dk, etf.dk, fagbladet3f.dk, farmakonom.dk, foa.dk, frie.dk, fysio.dk, gl.org, hk.dk,
  ida.dk, jm.dk, jordemoderforeningen.dk, ka.dk, kost.dk, krifa.dk, lederne-akasse.dk, lederne.dk, ma-kasse.dk,
  magisterforeningen.dk, metalakasse.dk, min-a-kasse.dk, nnf.dk, prosa.dk, sl.dk, teknisklandsforbund.dk, tl.dk,

  a-kassa.fi, aaria.fi, akava.fi, akt.fi, ekonomit.fi, erto.fi, ilry.fi, insinooriliitto.fi, jatkotyottomyys.fi,
  jhl.fi, journalistiliitto.fi, juristiliitto.fi, jyty.fi, laakariliitto.fi, loimaankassa.fi, merimies-unioni.fi,
  oaj.fi, pam.fi, paperiliitto.fi, pau.fi, proliitto.fi, rakennusliitto.fi, raklliitto.fi, raury.fi,
  rautatiealan.fi, sahkoliitto.fi, sel.fi, selry.fi, slsy.fi, smu.fi, specia.fi, spjl.fi, sttk.fi, superliitto.fi,
  talentia.fi, tehy.fi, tek.fi, teollisuusliitto.fi, tradenomi.fi, tradenomiliitto.fi, tyottomyyskassa.fi,
  ylemmattoimihenkilot.fi, yti.fi, ytk.fi, ytkyhdistys.fi, ytn.fi,

  asi.is, bhm.is, bsrb.is, efling.is, framsyn.is, hjukrun.is, ki.is, lis.is, rsi.is, sameyki.is, samidn.is, sfr.is,
  sgs.is, ssf.is, verkvest.is, vlfa.is, vr.is,

  forumzz.pl, fzz.org.pl, kadra.org.pl, konfederacja-pracy.org, nszz.org, nszzfipw.org.pl, nszzp.pl, oszp.pl,
  ozzl.org.pl, ozzpiekgniarek.pl, ozzpip.pl, praktykateoria.pl, sierpien80.pl, solidarnosc.gda.pl,
  solidarnoscmalopolska.pl, tysol.pl, wzzsierpien80.pl, zppiw.pl, zwiazkowiec.info, zzg.pl, zzgwp.pl, zzit.pl,
  zzkontra.pl, zzmka.pl, zzplk.pl, zzprc.org.pl,

  asocr.cz, cmkos.cz, echoodboru.cz, esondy.cz, kovak.cz, lok-scl.cz, nosp-cr.cz, odborykovo.cz, odboryplus.cz,
  odborypolicie.cz, osdosia.cz, oskovo.cz, ospo.cz, osstavba.cz, osu.cz, osz.cz, oszsp.cz, skodaodbory.cz,
  skolskeodbory.cz, unos.cz, zdravotnickeodbory.cz,

  kozsr.sk, loz.sk, modernieodbory.sk, modernodbory.sk, nkos.sk, ozkovo.sk, ozpsav.sk, ozpsavp.sk, ozpsr.sk,
  slovenskaoz.sk, sozzass.sk, spolocneodbory.sk,

  bdsz.hu, eszt.hu, evdsz.hu, fesz.hu, frsz.hu, kasz.hu, kasz2011.hu, liganet.hu, maszsz.hu, meszk.hu, mkksz.org.hu,
  mosz.hu, mtszsz.hu, munkastanacsok.hu, pdsz.hu, pedagogusok.hu, rendorszakszervezet.hu, szakszervezet.net,
  szakszervezetek.hu, szef.hu, vasas.hu, vasasszakszervezet.hu, vdsz.hu, vsz.hu, vszsz.hu,

  bns.ro, cartel-alfa.ro, cnslr-fratia.ro, csdr.ro, csnmeridian.ro, fsei.ro, fsli.ro, fslspiruharet.ro, fssi.ro,
  sanitas.ro, sitt.ro, snppc.ro, solidaritatea-sanitara.ro, spiruharet.ro,

  fsz-bg.org, knsb-bg.org, knsb.bg, nsf-energetik.bg, podkrepa-obrazovanie.com, podkrepa.org, sbu-bg.eu, sbubg.info,
  smsbg.bg,

  adedy.gr, doe.gr, esiea.gr, genop-dei.org, genop.gr, gsee.gr, inegsee.gr, kepea.gr, oenge.gr, oiele.gr,
  olme-attik.att.sch.gr, olme.gr, osyape.gr, otoe.gr, pame.gr, pamehellas.gr, poasy.gr, poe-ota.gr, poedhn.gr,
  poeidinn.gr, setip.gr,

  hslms.hr, hss-msmt.hr, matica-sindikata.hr, nhs.hr, novinari-sindikat.hr, nspi.hr, nsz.hr,
  regionalni-industrijski-sindikat.hr, sdlsn.hr, shu.hr, sindikat-preporod.hr, sindikatpolicije.hr, smh.hr, ssh.hr,
  sssh.hr, stuh.hr,

  alternativa.si, delavskasvetovalnica.si, fides.si, konfederacija-pergam.si, ksjs.si, mladiplus.si, pergam.si,
  psis.si, sindikat-mladiplus.si, sindikat-policistov.si, sindikat-zsvs.si, skei.si, sviz.si, zsss.si,

  asns.rs, nezavisnost.org, nspv.rs, psj.rs, samostalni-sindikat.rs, sindikat.rs, sindikatmuzike.rs,
  sindikatobrazovanja.rs, sors.org.rs, unijaspo.rs, unijasprs.rs,

  g1ps.lt, lmps.lt, lps.lt, lpskaunas.lt, lsadps.lt, medprof.lt, metalprof.lt, ntps.lt, profsajungos.lt,
  solidarumas.lt, solidarumas.org, svietimoprofsajunga.lt,

  arodbiedriba.lv, arodbiedribas.lv, dzelzcelnieki.lv, energija-arods.lv, lab.lv, laka.lv, lakrs.lv, lbas.lv,
  lbna.lv, lizda.lv, ltda.lv, lvipuda.lv, lvsada.lv, veselibasdarbinieki.lv,

  ametiuhing.ee, ametiyhing.ee, arstideliit.ee, eakl.ee, ehl.org.ee, ekl.ee, haridustootajad.ee, imta.ee,
  metallitootajad.ee, rotal.ee, talo.ee,

  fpsu.org.ua, fpu.org.ua, kvpu.org.ua, medprof.org.ua, npgu.kiev.ua, nuju.org.ua, pon.org.ua, prof-osvita.org.ua,
  profenergo.org.ua, profspilka.kiev.ua, vpd.org.ua, zaxyst-praci.com.ua,

  elprof.ru, eseur.ru, fnpr.ru, gmpr.ru, ktr.su, mpra.su, ogproff.ru, profavia.ru, profavtodor.ru, profkurier.ru,
  prz.ru, rogwu.ru, rosneftegazstroyprof.ru, rosprofprom.ru, roszdravprof.ru, rpgr.ru, shpls.org, solidarnost.org,
  unionstoday.ru,

  alinteri.org, basisen.org.tr, bass-sen.org.tr, belediyeis.org.tr, bes.org.tr, birlesikkamuis.org.tr,
  birlesikmetalis.org, buroemekcileri.org, celik-is.org, disk.org, disk.org.tr, egitimbirsen.org.tr,
  egitimis.org.tr, egitimsen.org.tr, genel-is.org.tr, hakis.org.tr, hava-is.org.tr, havais.org.tr, havasen.org,
  hizmet-is.org.tr, iscilerinsesi.net, isigmeclisi.org, kamusen.org.tr, kesk.org.tr, memursen.org.tr,
  ogrenciden.org, ozcelikis.org, petrol-is.org.tr, sagliksen.org.tr, sendika.org, sendika63.org, ses.org.tr,
  sosyalis.org.tr, tekgida.org.tr, teksif.org.tr, tes-is.org.tr, tezkoopis.org, tgs.org.tr, tumtis.org,
  turkegitimsen.org.tr, turkhavais.org, turkis.org.tr, turkmetal.org.tr, turksagliksen.org.tr, yol-is.org.tr,

  engineers.org.il, histadrut-leumit.org.il, histadrut.org.il, ima.org.il, irgun-hamorim.org.il, itu.org.il,
  kavlaoved.org.il, koach-laovdim.org, koachlaovdim.org.il, nlu.org.il, noal-histadrut.org.il, wac-maan.org.il,
  workers.org.il,

  cdt.ma, cgtl-lb.org, cnapeste.dz, ctuws.com, etufegypt.com, fne.ma, gfbtu.org, gfjtu.org, jftu.org, ktuf.org,
  odt.ma, pgftu.org, pgftu.ps, snapap.org, snapo.dz, ugta.dz, ugtm.ma, ugtt.org.tn, ugtt.tn, umt.ma,

  aibea.in, aiboc.in, aiboc.org, aicctu.org, aidef.org.in, airfindia.com, airfindia.org, aituc.in, aituc.org,
  aiutuc.org, bms.org.in, bsnleu.in, bsnleuchq.com, citu.org.in, citucentre.org, confederationhq.blogspot.com,
  forite.in, gigworkers.in, hindmazdoorsabha.com, hms.org.in, ifat-india.org, intuc.in, intuc.net, ncccoe.in,
  nfirindia.org, nfpe.blogspot.com, nites.org.in, ntui.org.in, sewa.org,

  ntufpak.org, pakistanworkersfederation.org.pk, palpa.org.pk, piler.org.pk, ptudc.org, pwf.org.pk, wewapak.org,

  bcwsbd.org, bgwuc.org, bigufbd.org, bils.org.bd, itucbc.org, ngwfbd.com,

  denryokusoren.or.jp, doro-chiba.org, ictj.or.jp, irouren.or.jp, iryouroren.net, jaw.or.jp, jcmetal.jp, jec-u.com,
  jeiu.or.jp, jichiro.gr.jp, jichiroren.jp, jilaf.or.jp, joho.or.jp, jpbpa.net, jr-rengo.jp, jr-souren.com,
  jrsoren.jp, jsu.or.jp, jtu-net.or.jp, kikan-roren.or.jp, kokkoippan.jp, kokuro.net, labornetjp.org,
  minpo-roren.com, minpororen.org, nambufwc.org, npoposse.jp, npou.jp, posse.jp, roudou.net, seiho-roren.or.jp,
  service-rengo.jp, shimbunroren.or.jp, shitetsu.or.jp, sougou-support-u.jp, sougou-u.jp, tou.jp, uazensen.jp,
  ug-tokyo.jp, unyuroren.or.jp, zenkoku-u.jp, zenkyo.biz, zenkyo.jp, zenrokyo.jp, zenrokyo.org, zenroren.gr.jp,
  zentoitsu.com,

  chamsesang.com, eduhope.net, fktu.or.kr, gabjil119.com, gongmuwon.or.kr, hakbi.org, hmwu.or.kr, inochong.org,
  kctu.org, kfiu.org, kfsu.or.kr, kgeu.org, kptu.net, ktuworkers.co.kr, labortoday.co.kr, newscham.net,
  nodong.or.kr, nodong.org, pssp.org, worklaw.co.kr, workplace119.kr,

  51zgh.org, acftu.net, acftu.org, acftu.org.cn, bjzgh.org, clb.org, clb.org.hk, ftu.org.hk, gdftu.org.cn,
  hkctu.org.hk, hkctualliance.org, hkptu.org, shzgh.org, workercn.cn,

  catwu.org.tw, cfl.org.tw, coolloud.org.tw, cpwu.org.tw, ctwu.org.tw, nftu-tw.org.tw, nftu.org.tw, nhtu.org.tw,
  nteu.org.tw, pfau.org.tw, taofu.org.tw, tcfl.org.tw, tctu.org.tw, tfau.org.tw, tiwa.org.tw, tlf.org.tw,
  youthlabor95.blogspot.com,

  aupe.org.sg, bfsu.org.sg, cdge.org.sg, dbssu.org.sg, ftsu.org.sg, ntuc.com.sg, ntuc.org.sg, ntucu.sg,
  siasu.org.sg, smou.org.sg, sosea.org.sg, stu.org.sg, upage.com.sg,

  cuepacs.my, cuepacs.org.my, eiwu.org, jerit.org, mtuc.org.my, ntum.org.my, nube.org.my, nufam.org.my, nupw.org.my,
  nutp.org,

  ajisindikasi.or.id, fspmi.or.id, gsbi.or.id, kasbi.or.id, ksbsi.or.id, ksbsi.org, kspi.or.id, kspsi.or.id,
  lips.or.id, pgri.or.id, serikatburuh.org, serikatpekerja.org, sindikasi.org, spn.or.id, spsi.or.id, turc.or.id,

  actphils.com, alu.org.ph, bienphilippines.com, bmp.ph, ctuhr.org, eiler.ph, ffw.org.ph, ffw.ph,
  kilusangmayouno.org, kilusangmayouno.ph, psilink.org, sentro.org, sentro.ph, tucp.org.ph,

  ncpe.or.th, sre-egat.com, srut.or.th, tlcthai.org,

  cdgdvn.org.vn, congdoan.vn, congdoangdvn.org.vn, congdoanhanoi.org.vn, congdoantphcm.org.vn, congdoanvietnam.org,
  laodongcongdoan.vn, tapchicongdoan.vn,

  aeronautas.org.br, andes.org.br, apeoesp.org.br, bancariosrio.org.br, cnmcut.org.br, cnte.org.br, cntmcut.org.br,
  condsef.org.br, contag.org.br, contee.org.br, contrafcut.com.br, csb.org.br, cspconlutas.org.br, ctb.org.br,
  cut.org.br, diap.org.br, dieese.org.br, fasubra.org.br, fenadados.org.br, fenae.org.br, fenaj.org.br,
  fenajufe.org.br, fenasps.org.br, fentect.org.br, fnpetroleiros.org.br, fup.org.br, ncst.org.br,
  redebrasilatual.com.br, simesp.org.br, sindipetro.org.br, sindmetalsjc.org.br, sindpd.org.br, sindppd-rs.org.br,
  sindsep-df.com.br, sinpro.org.br, sinprodf.org.br, sinprosp.org.br, sintect-sp.org.br, smabc.org.br,
  spbancarios.com.br, ugt.org.br,

  aspa.org.mx, aspadm.mx, assa.org.mx, cnteseccion9.org, croc.org.mx, crocmexico.org.mx, crom.mx, crom.org.mx,
  ctm.org.mx, ctmoficial.org.mx, fstse.com.mx, losmineros.org.mx, sinttia.org, situam.org.mx, sme.org.mx,
  snte.org.mx, sntss.org.mx, snttss.org.mx, stprm.mx, stprm.org.mx, strm.org.mx, stunam.org.mx, suterm.org.mx,
  sutermoficial.mx, unt.org.mx,

  ademys.org.ar, aeronavegantes.org.ar, amsafe.org.ar, apla.org.ar, ate.org.ar, atecapital.org.ar, ats.org.ar,
  camioneros-ba.org.ar, cgtoficialra.com.ar, cgtra.org.ar, conadu.org.ar, conaduhistorica.org.ar, ctaa.org.ar,
  ctaautonoma.org.ar, ctanacional.org, ctera.org.ar, faecys.org.ar, fatlyf.org, fatpren.org.ar, fatsa.org.ar,
  fedcam.org.ar, foetra.org.ar, infogremiales.com.ar, la-fraternidad.org.ar, labancaria.org, lafraternidad.org.ar,
  launionferroviaria.org.ar, luzyfuerza.org.ar, metrodelegados.com.ar, mundogremial.com, sanidad.org.ar, sec.org.ar,
  sipreba.org, smata.com.ar, spt.org.ar, suteba.org.ar, uatre.org.ar, udocba.org.ar, uepc.org.ar, ufhs-uatre.org.ar,
  unionferroviaria.org.ar, uocra.net, uocra.org, uom.org.ar, uomra.org.ar, upcn.org.ar, upcndigital.org, ute.org.ar,
  utep.org.ar, utepargentina.org, uthgra.org.ar,

  anef.cl, asemuch.cl, catchile.cl, colegiodeprofesores.cl, confusam.cl, cut.cl, cutchile.cl,
  federaciontrabajadoresdelcobre.cl, fenats.cl, fetracoma.cl, ftc.cl, fundacionsol.cl, sutra.cl, ugtchile.cl,
  utchile.cl,

  acdac.org.co, aceb.org.co, ade.org.co, adida.org.co, anthoc.org, asmedas.org.co, cgt.org.co, cgtcolombia.org,
  ctc-colombia.com.co, ctccolombia.com, cut.org.co, ens.org.co, fecode.edu.co, sinaltrainal.org, sintraelecol.org,
  uneb.org.co, uso.org.co, usofrenteobrero.org,

  cgtp.org.pe, cite-peru.org, ctpperu.org, cutperu.org, cutperu.org.pe, federacionminera.pe, fenapetrol.pe,
  fenutssa.org, fmp.org.pe, ftccperu.com, ftccperu.org, plades.org.pe, sutep.org, sutep.org.pe,

  amcu.co.za, casual-workers.org.za, ceppwawu.org.za, cwao.org.za, cwu.org.za, denosa.org.za, fawu.org.za,
  fedusa.org.za, giwusa.org.za, hospersa.co.za, imatu.co.za, nactu.org.za, naptosa.org.za, nehawu.org.za,
  num.org.za, popcru.org.za, psa.co.za, saccawu.org.za, sactwu.org.za, sadtu.org.za, saftu.org.za, sama.org.za,
  samwu.org.za, saou.co.za, saps-sapu.org.za, sapu.co.za, sasbo.org.za, satawu.org.za, solidariteit.co.za,
  solidarity.co.za, solidaritymovement.co.za, uasa.co.za, uasa.org.za,

  asussnigeria.org, asuu.org.ng, asuunigeria.org, mhwun.org, nannm.com.ng, nard.org.ng, nardnigeria.org,
  nasu.org.ng, nlcng.org, nuj.com.ng, nupeng.org, nurtw.org.ng, nut.org.ng, pengassan.org, ssanu.org.ng,
  tucn.org.ng, tucnigeria.org.ng,

  bifu.or.ke, cotu-kenya.org, kawu.or.ke, kmpdu.or.ke, kmpdu.org, knun.or.ke, knut.or.ke, kuco.or.ke, kudheiha.org,
  kuj.or.ke, kuppet.co.ke, kuppet.org, uasu.or.ke,

  bwint.org, cesi.org, csa-csi.org, csee-etuce.org, efbww.eu, efbww.org, effat.org, ei-ie.org, epsu.org,
  etf-europe.org, etui.org, eurocadres.eu, eurofedop.org, europeanjournalists.org, fia-actors.com,
  fim-musicians.org, fnpr.org, ifj.org, industriall-europe.eu, itfglobal.org, ituc-africa.org, ituc-ap.org,
  ituc.org, iuf.org, publicservices.international, solidaritycenter.org, tuac.org, uni-europa.org,
  wageindicator.org, wftucentral.org, worker-participation.eu, world-psi.org, wsi.de,
`;
