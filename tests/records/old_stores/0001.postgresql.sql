--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: only_blanks(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.only_blanks() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.content IS NULL AND NEW.n = OLD.n AND NEW.plan = OLD.plan AND NEW.sha256 = OLD.sha256 AND EXISTS (SELECT 1 FROM erasures WHERE erasures.plan = OLD.plan) THEN RETURN NEW; END IF; RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$;


--
-- Name: only_grows(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.only_grows() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: acknowledgements; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.acknowledgements (
    n integer NOT NULL,
    plan text NOT NULL,
    version integer NOT NULL,
    code text NOT NULL
);


--
-- Name: administrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.administrations (
    n integer NOT NULL,
    plan text NOT NULL,
    version integer NOT NULL,
    dose_id text NOT NULL,
    outcome text NOT NULL,
    given_at text NOT NULL
);


--
-- Name: alembic_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: audit; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit (
    n integer NOT NULL,
    at text NOT NULL,
    who text NOT NULL,
    role text NOT NULL,
    sign_in text NOT NULL,
    record text NOT NULL,
    sha256 text NOT NULL,
    previous text NOT NULL,
    hash text NOT NULL
);


--
-- Name: erasures; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.erasures (
    n integer NOT NULL,
    plan text NOT NULL,
    why text NOT NULL
);


--
-- Name: plan_versions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.plan_versions (
    n integer NOT NULL,
    plan text NOT NULL,
    version integer NOT NULL
);


--
-- Name: signatures; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.signatures (
    n integer NOT NULL,
    plan text NOT NULL,
    version integer NOT NULL,
    outcome text NOT NULL,
    checked text NOT NULL,
    covers text NOT NULL
);


--
-- Name: texts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.texts (
    n integer NOT NULL,
    plan text NOT NULL,
    sha256 text NOT NULL,
    content text
);


--
-- Data for Name: acknowledgements; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: administrations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.administrations VALUES (8, '3886158825d40108', 3, '3886158825d40108/induction/1/1/rituximab/1', 'given otherwise', '2026-11-30T09:10:00Z');


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.alembic_version VALUES ('0001');


--
-- Data for Name: audit; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit VALUES (1, '2026-11-20T12:01:00Z', 'CD', 'planner', 'verified', 'plan_versions', '4f1b663f0516184df6b365a57cc211254cd6d50bcc626f1538b632982cf3dbe7', '', 'f8c5add147fefe4707a72fe86ea392a1df8011054ce34714feef0f7ceb94b6b7');
INSERT INTO public.audit VALUES (2, '2026-11-20T12:02:00Z', 'CD', 'planner', 'verified', 'plan_versions', 'bad45889941ed475870a0a2724e854341c4e0cf531f71da55508a07c5530a05e', 'f8c5add147fefe4707a72fe86ea392a1df8011054ce34714feef0f7ceb94b6b7', '04f4b8adec678d54713d24dd3cfcf063877af69449e7113a05470907b76ab932');
INSERT INTO public.audit VALUES (3, '2026-11-20T12:03:00Z', 'CD', 'planner', 'verified', 'plan_versions', '9b5c5c8678ab2f5917ee0b94c1cae41f33a7992da44e9496812063cd6751ea0c', '04f4b8adec678d54713d24dd3cfcf063877af69449e7113a05470907b76ab932', '5b7f3752643009cb5e107058efdf7cd4e4ec8edd8db631476e5f52ffa50e2548');
INSERT INTO public.audit VALUES (4, '2026-11-20T12:04:00Z', 'CD', 'planner', 'verified', 'plan_versions', 'e3cfd659255c8241f52a0ee9d7f67a2a6fd418484d41463dc8979dbd7b81781a', '5b7f3752643009cb5e107058efdf7cd4e4ec8edd8db631476e5f52ffa50e2548', '07aabcf1dc745506e9af6f6688949cc8fca26bb2cde76ef7975bcabe9eb3fa51');
INSERT INTO public.audit VALUES (5, '2026-11-20T12:05:00Z', 'CD', 'planner', 'verified', 'plan_versions', '4662f5f591964a326d7b9748a853ea007272669a6581ef9a7ca549c763832a5e', '07aabcf1dc745506e9af6f6688949cc8fca26bb2cde76ef7975bcabe9eb3fa51', 'a5c053822aab522181a8c559df3cb487c8917f862de56c9db79fb6b6782d2104');
INSERT INTO public.audit VALUES (6, '2026-11-20T12:06:00Z', 'KL', 'administrator', 'verified', 'erasures', '2bc1943b51107a87da1f7a7314f8a51842f92bd2fbec816401935d754c76e690', 'a5c053822aab522181a8c559df3cb487c8917f862de56c9db79fb6b6782d2104', '5812f8180b974cd77a2870ea5c030457849ffbe85c4a11e7c6b0bb6658be57e5');
INSERT INTO public.audit VALUES (7, '2026-11-20T14:05:00Z', 'AB', 'pharmacist', 'verified', 'signatures', '1dc8d22589706bacfe3fa76f189cc416fcda4e3f4548f02882c6056f51458ffb', '5812f8180b974cd77a2870ea5c030457849ffbe85c4a11e7c6b0bb6658be57e5', '89782b1652f85a0d53586fd47229313c94578bdb219324320cbd10e057b99ab7');
INSERT INTO public.audit VALUES (8, '2026-11-30T13:10:00Z', 'GH', 'nurse', 'verified', 'administrations', '7b582b6e75ba3c734097d5d7980bff910af49f88795d8acb4b0674f7ce880e4d', '89782b1652f85a0d53586fd47229313c94578bdb219324320cbd10e057b99ab7', '714c83d97f61cebef3d84417cdf2ae11f7a9566090b3c7d027cbb0c986203955');
INSERT INTO public.audit VALUES (9, '2026-11-20T12:00:00Z', 'CD', 'planner', 'verified', 'plan_versions', '6d0ae1e41d410c09eea38f30018b080d6fbc60aeb45b01c2903858cd586cffbc', '714c83d97f61cebef3d84417cdf2ae11f7a9566090b3c7d027cbb0c986203955', '968e4fa313322847c55b2525eb051b802264764c65485e2cbd31f50afe3d5764');
INSERT INTO public.audit VALUES (10, '2026-11-20T12:00:00Z', 'CD', 'planner', 'verified', 'plan_versions', '8dcbad1c3ca05ee218cd99a368e5aba6c37759672012ef312ecbdf8d9980a05f', '968e4fa313322847c55b2525eb051b802264764c65485e2cbd31f50afe3d5764', '22a36365c38f1eb311253b342fb0030d4f62e8b76a4a38185d98991641d7045d');
INSERT INTO public.audit VALUES (11, '2026-11-20T14:05:00Z', 'AB', 'pharmacist', 'verified', 'signatures', '410eed704f77d520837e39728f4a37af7ec2d2707fa171163fcbed84540df411', '22a36365c38f1eb311253b342fb0030d4f62e8b76a4a38185d98991641d7045d', '50194113b263286518ce24930f62cdd33a06aacd07bb60a020c7957aa6b24321');
INSERT INTO public.audit VALUES (12, '2026-11-20T12:00:00Z', 'CD', 'planner', 'verified', 'plan_versions', 'a0d60ed8cb4017b286d52e1cf9334c825870760e8d9bc4e78bca9930cad57e45', '50194113b263286518ce24930f62cdd33a06aacd07bb60a020c7957aa6b24321', '63b401560bcb4ff7e85c7a0a69fa0f69a7c83b54c51b0a4e3ccb877b0dcc0239');


--
-- Data for Name: erasures; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.erasures VALUES (6, '2c00e685ebd45a77', 'asked for');


--
-- Data for Name: plan_versions; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.plan_versions VALUES (1, '3886158825d40108', 1);
INSERT INTO public.plan_versions VALUES (2, '3886158825d40108', 2);
INSERT INTO public.plan_versions VALUES (3, '2c00e685ebd45a77', 1);
INSERT INTO public.plan_versions VALUES (4, '3886158825d40108', 3);
INSERT INTO public.plan_versions VALUES (5, '2c00e685ebd45a77', 2);
INSERT INTO public.plan_versions VALUES (9, 'c60c92033be1a941', 1);
INSERT INTO public.plan_versions VALUES (10, '4a04c2557b43295d', 1);
INSERT INTO public.plan_versions VALUES (12, '4a04c2557b43295d', 2);


--
-- Data for Name: signatures; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.signatures VALUES (7, '3886158825d40108', 3, 'signed with remarks', 'f21d854933f811cb9e5ca5d07d50cd4e0159ae008d52ed5a6015901bb13d5d83', '{"knowledge":{"drugs/rituximab":"5f8dc324ddf4cd5a9637df51c07eed2465e7619d8c95290f50fe28a2e209aea9","regimens/rituximab-weekly":"734f15dcd10074e7066f847f86ad52a1a1c8e090d17266973b3e871c73798d6b"},"plan":"1a9683cfcb55d5dddd8596e42419f912506d34609bab2a905ff39416f527f4ad","program":"0.1.0"}');
INSERT INTO public.signatures VALUES (11, '4a04c2557b43295d', 1, 'signed', '026d0e1df6c234ed9a28e2c8f6fca1ae36899722998bc211cbd5fd35cca9d4fe', '{"knowledge":{"drugs/rituximab":"5f8dc324ddf4cd5a9637df51c07eed2465e7619d8c95290f50fe28a2e209aea9","regimens/rituximab-weekly":"734f15dcd10074e7066f847f86ad52a1a1c8e090d17266973b3e871c73798d6b"},"plan":"96d9bdb99bf5c64e7be1c86ae0fd094ce6ce6ecb830df1ce467c5ac511e2f177","program":"0.1.0"}');


--
-- Data for Name: texts; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.texts VALUES (1, '3886158825d40108', '128c52d7eaa67319a863ccee442ed8dc871fcf8cca102e008c2c6211a975b3dd', '{"acknowledgements":[],"adjustments":[],"bands":[],"changes":[],"choices":{},"dose":"","drugs":[{"id":"rituximab","sha256":"5f8dc324ddf4cd5a9637df51c07eed2465e7619d8c95290f50fe28a2e209aea9","version":1}],"first_day":"2026-11-30","format":1,"id":"3886158825d40108","made_on":"2026-11-20","patient":{"age":"48 years","born":null,"clearance":"","clearance_by":"","conditions":[],"creatinine":"","earlier":{},"genotype":"","height":"175 cm","label":"ward-7","sex":"male","size_confirmed":false,"takes":[],"weight":"70 kg","weight_on":null},"program":"0.1.0","regimen":{"id":"rituximab-weekly","sha256":"734f15dcd10074e7066f847f86ad52a1a1c8e090d17266973b3e871c73798d6b","version":1},"site":{"calendar":{"alarm":"none","oral":"run","times":"utc","watch":"note"},"closed":{"country":"GB","own":[],"rule":"stay","subdivision":"ENG","weekdays":["Sat","Sun"]},"jurisdiction":["UK","EU"],"name":"","pharmacy":{"dose_bands":[],"products":{},"share_vials":{}},"rounding_tolerance_percent":10.0,"times":{"afternoon":"16:00","before breakfast":"07:30","clinic":"10:00","evening":"20:00","infusion":"09:00","morning":"08:00","night":"22:00","noon":"12:00","procedure":"09:00"},"weight_valid_days":31,"zone":"Europe/London"},"zone":"Europe/London"}');
INSERT INTO public.texts VALUES (2, '3886158825d40108', '319be9309af3e1961f85b4f54768b5fd7202eac947f31f8b755579eb4155e2bf', '{"acknowledgements":[],"adjustments":[],"bands":[],"changes":[],"choices":{},"dose":"","drugs":[{"id":"rituximab","sha256":"5f8dc324ddf4cd5a9637df51c07eed2465e7619d8c95290f50fe28a2e209aea9","version":1}],"first_day":"2026-11-30","format":1,"id":"3886158825d40108","made_on":"2026-11-20","patient":{"age":"48 years","born":null,"clearance":"","clearance_by":"","conditions":[],"creatinine":"","earlier":{},"genotype":"","height":"175 cm","label":"ward-7","sex":"male","size_confirmed":false,"takes":[],"weight":"95 kg","weight_on":null},"program":"0.1.0","regimen":{"id":"rituximab-weekly","sha256":"734f15dcd10074e7066f847f86ad52a1a1c8e090d17266973b3e871c73798d6b","version":1},"site":{"calendar":{"alarm":"none","oral":"run","times":"utc","watch":"note"},"closed":{"country":"GB","own":[],"rule":"stay","subdivision":"ENG","weekdays":["Sat","Sun"]},"jurisdiction":["UK","EU"],"name":"","pharmacy":{"dose_bands":[],"products":{},"share_vials":{}},"rounding_tolerance_percent":10.0,"times":{"afternoon":"16:00","before breakfast":"07:30","clinic":"10:00","evening":"20:00","infusion":"09:00","morning":"08:00","night":"22:00","noon":"12:00","procedure":"09:00"},"weight_valid_days":31,"zone":"Europe/London"},"zone":"Europe/London"}');
INSERT INTO public.texts VALUES (4, '3886158825d40108', '1a9683cfcb55d5dddd8596e42419f912506d34609bab2a905ff39416f527f4ad', '{"acknowledgements":[{"code":"check.dose_1","reason":"seen","who":"CD"}],"adjustments":[],"bands":[],"changes":[],"choices":{},"dose":"","drugs":[{"id":"rituximab","sha256":"5f8dc324ddf4cd5a9637df51c07eed2465e7619d8c95290f50fe28a2e209aea9","version":1}],"first_day":"2026-11-30","format":1,"id":"3886158825d40108","made_on":"2026-11-20","patient":{"age":"48 years","born":null,"clearance":"","clearance_by":"","conditions":[],"creatinine":"","earlier":{},"genotype":"","height":"175 cm","label":"ward-7","sex":"male","size_confirmed":false,"takes":[],"weight":"95 kg","weight_on":null},"program":"0.1.0","regimen":{"id":"rituximab-weekly","sha256":"734f15dcd10074e7066f847f86ad52a1a1c8e090d17266973b3e871c73798d6b","version":1},"site":{"calendar":{"alarm":"none","oral":"run","times":"utc","watch":"note"},"closed":{"country":"GB","own":[],"rule":"stay","subdivision":"ENG","weekdays":["Sat","Sun"]},"jurisdiction":["UK","EU"],"name":"","pharmacy":{"dose_bands":[],"products":{},"share_vials":{}},"rounding_tolerance_percent":10.0,"times":{"afternoon":"16:00","before breakfast":"07:30","clinic":"10:00","evening":"20:00","infusion":"09:00","morning":"08:00","night":"22:00","noon":"12:00","procedure":"09:00"},"weight_valid_days":31,"zone":"Europe/London"},"zone":"Europe/London"}');
INSERT INTO public.texts VALUES (3, '2c00e685ebd45a77', '450a67dac35fff733fdbb1118eb39b5a0586521af19946d2952a9dc463746d92', NULL);
INSERT INTO public.texts VALUES (5, '2c00e685ebd45a77', '35bb8cc51890bca83c3256f89acadb6b2be0d3bd94934596ce603213ef01d6d8', NULL);
INSERT INTO public.texts VALUES (7, '3886158825d40108', '6d85db4ebb9fc5535ab754fd619b712b8dfd0f6e386aa56643d4f1c5542dab86', '{"remarks":"slowly","ticked":["allergy","body","consent","diluent","interactions","laboratory","patient","premedication","unconfirmed"]}');
INSERT INTO public.texts VALUES (8, '3886158825d40108', '07e9d39126216bc8e021f3c9722db2224082dab90a6d0986e6dbf7300e13d1b0', '{"dose":"600 mg","note":"a reaction"}');
INSERT INTO public.texts VALUES (9, 'c60c92033be1a941', '8abe5f66536696b6437a1966c0832f99b5c17f7e3e67d27812da5ed562f07e11', '{"acknowledgements":[],"adjustments":[],"bands":[],"changes":[],"choices":{},"dose":"","drugs":[{"id":"rituximab","sha256":"5f8dc324ddf4cd5a9637df51c07eed2465e7619d8c95290f50fe28a2e209aea9","version":1}],"first_day":"2026-11-30","format":1,"id":"c60c92033be1a941","made_on":"2026-11-20","patient":{"age":"48 years","born":null,"clearance":"","clearance_by":"","conditions":[],"creatinine":"","earlier":{},"genotype":"","height":"175 cm","label":"ward-9","sex":"male","size_confirmed":false,"takes":[],"weight":"70 kg","weight_on":null},"program":"0.1.0","regimen":{"id":"rituximab-weekly","sha256":"734f15dcd10074e7066f847f86ad52a1a1c8e090d17266973b3e871c73798d6b","version":1},"site":{"calendar":{"alarm":"none","oral":"run","times":"utc","watch":"note"},"closed":{"country":"GB","own":[],"rule":"stay","subdivision":"ENG","weekdays":["Sat","Sun"]},"jurisdiction":["UK","EU"],"name":"","pharmacy":{"dose_bands":[],"products":{},"share_vials":{}},"rounding_tolerance_percent":10.0,"times":{"afternoon":"16:00","before breakfast":"07:30","clinic":"10:00","evening":"20:00","infusion":"09:00","morning":"08:00","night":"22:00","noon":"12:00","procedure":"09:00"},"weight_valid_days":31,"zone":"Europe/London"},"zone":"Europe/London"}');
INSERT INTO public.texts VALUES (10, '4a04c2557b43295d', '96d9bdb99bf5c64e7be1c86ae0fd094ce6ce6ecb830df1ce467c5ac511e2f177', '{"acknowledgements":[],"adjustments":[],"bands":[],"changes":[],"choices":{},"dose":"","drugs":[{"id":"rituximab","sha256":"5f8dc324ddf4cd5a9637df51c07eed2465e7619d8c95290f50fe28a2e209aea9","version":1}],"first_day":"2026-11-30","format":1,"id":"4a04c2557b43295d","made_on":"2026-11-20","patient":{"age":"48 years","born":null,"clearance":"","clearance_by":"","conditions":[],"creatinine":"","earlier":{},"genotype":"","height":"175 cm","label":"Ward-10","sex":"male","size_confirmed":false,"takes":[],"weight":"70 kg","weight_on":null},"program":"0.1.0","regimen":{"id":"rituximab-weekly","sha256":"734f15dcd10074e7066f847f86ad52a1a1c8e090d17266973b3e871c73798d6b","version":1},"site":{"calendar":{"alarm":"none","oral":"run","times":"utc","watch":"note"},"closed":{"country":"GB","own":[],"rule":"stay","subdivision":"ENG","weekdays":["Sat","Sun"]},"jurisdiction":["UK","EU"],"name":"","pharmacy":{"dose_bands":[],"products":{},"share_vials":{}},"rounding_tolerance_percent":10.0,"times":{"afternoon":"16:00","before breakfast":"07:30","clinic":"10:00","evening":"20:00","infusion":"09:00","morning":"08:00","night":"22:00","noon":"12:00","procedure":"09:00"},"weight_valid_days":31,"zone":"Europe/London"},"zone":"Europe/London"}');
INSERT INTO public.texts VALUES (11, '4a04c2557b43295d', 'e33cfdc2e20698380c763618cf80d4e527313d99000daea58cf7f03865817af9', '{"remarks":"","ticked":["allergy","body","consent","diluent","interactions","laboratory","patient","premedication","unconfirmed"]}');
INSERT INTO public.texts VALUES (12, '4a04c2557b43295d', '7f4d3a255550b94d07fb960dfd989c49febd4cb4151a534d8c0f9ea878b16799', '{"acknowledgements":[],"adjustments":[],"bands":[],"changes":[],"choices":{},"dose":"","drugs":[{"id":"rituximab","sha256":"5f8dc324ddf4cd5a9637df51c07eed2465e7619d8c95290f50fe28a2e209aea9","version":1}],"first_day":"2026-11-30","format":1,"id":"4a04c2557b43295d","made_on":"2026-11-20","patient":{"age":"48 years","born":null,"clearance":"","clearance_by":"","conditions":[],"creatinine":"","earlier":{},"genotype":"","height":"175 cm","label":"Ward-10","sex":"male","size_confirmed":false,"takes":[],"weight":"95 kg","weight_on":null},"program":"0.1.0","regimen":{"id":"rituximab-weekly","sha256":"734f15dcd10074e7066f847f86ad52a1a1c8e090d17266973b3e871c73798d6b","version":1},"site":{"calendar":{"alarm":"none","oral":"run","times":"utc","watch":"note"},"closed":{"country":"GB","own":[],"rule":"stay","subdivision":"ENG","weekdays":["Sat","Sun"]},"jurisdiction":["UK","EU"],"name":"","pharmacy":{"dose_bands":[],"products":{},"share_vials":{}},"rounding_tolerance_percent":10.0,"times":{"afternoon":"16:00","before breakfast":"07:30","clinic":"10:00","evening":"20:00","infusion":"09:00","morning":"08:00","night":"22:00","noon":"12:00","procedure":"09:00"},"weight_valid_days":31,"zone":"Europe/London"},"zone":"Europe/London"}');


--
-- Name: acknowledgements acknowledgements_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.acknowledgements
    ADD CONSTRAINT acknowledgements_pkey PRIMARY KEY (n);


--
-- Name: administrations administrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.administrations
    ADD CONSTRAINT administrations_pkey PRIMARY KEY (n);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: audit audit_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (n);


--
-- Name: erasures erasures_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.erasures
    ADD CONSTRAINT erasures_pkey PRIMARY KEY (n);


--
-- Name: plan_versions plan_versions_once; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.plan_versions
    ADD CONSTRAINT plan_versions_once UNIQUE (plan, version);


--
-- Name: plan_versions plan_versions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.plan_versions
    ADD CONSTRAINT plan_versions_pkey PRIMARY KEY (n);


--
-- Name: signatures signatures_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.signatures
    ADD CONSTRAINT signatures_pkey PRIMARY KEY (n);


--
-- Name: texts texts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.texts
    ADD CONSTRAINT texts_pkey PRIMARY KEY (n);


--
-- Name: acknowledgements acknowledgements_no_delete; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER acknowledgements_no_delete BEFORE DELETE ON public.acknowledgements FOR EACH ROW EXECUTE FUNCTION public.only_grows();


--
-- Name: acknowledgements acknowledgements_no_truncate; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER acknowledgements_no_truncate BEFORE TRUNCATE ON public.acknowledgements FOR EACH STATEMENT EXECUTE FUNCTION public.only_grows();


--
-- Name: acknowledgements acknowledgements_no_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER acknowledgements_no_update BEFORE UPDATE ON public.acknowledgements FOR EACH ROW EXECUTE FUNCTION public.only_grows();


--
-- Name: administrations administrations_no_delete; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER administrations_no_delete BEFORE DELETE ON public.administrations FOR EACH ROW EXECUTE FUNCTION public.only_grows();


--
-- Name: administrations administrations_no_truncate; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER administrations_no_truncate BEFORE TRUNCATE ON public.administrations FOR EACH STATEMENT EXECUTE FUNCTION public.only_grows();


--
-- Name: administrations administrations_no_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER administrations_no_update BEFORE UPDATE ON public.administrations FOR EACH ROW EXECUTE FUNCTION public.only_grows();


--
-- Name: audit audit_no_delete; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_no_delete BEFORE DELETE ON public.audit FOR EACH ROW EXECUTE FUNCTION public.only_grows();


--
-- Name: audit audit_no_truncate; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION public.only_grows();


--
-- Name: audit audit_no_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_no_update BEFORE UPDATE ON public.audit FOR EACH ROW EXECUTE FUNCTION public.only_grows();


--
-- Name: erasures erasures_no_delete; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER erasures_no_delete BEFORE DELETE ON public.erasures FOR EACH ROW EXECUTE FUNCTION public.only_grows();


--
-- Name: erasures erasures_no_truncate; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER erasures_no_truncate BEFORE TRUNCATE ON public.erasures FOR EACH STATEMENT EXECUTE FUNCTION public.only_grows();


--
-- Name: erasures erasures_no_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER erasures_no_update BEFORE UPDATE ON public.erasures FOR EACH ROW EXECUTE FUNCTION public.only_grows();


--
-- Name: plan_versions plan_versions_no_delete; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER plan_versions_no_delete BEFORE DELETE ON public.plan_versions FOR EACH ROW EXECUTE FUNCTION public.only_grows();


--
-- Name: plan_versions plan_versions_no_truncate; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER plan_versions_no_truncate BEFORE TRUNCATE ON public.plan_versions FOR EACH STATEMENT EXECUTE FUNCTION public.only_grows();


--
-- Name: plan_versions plan_versions_no_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER plan_versions_no_update BEFORE UPDATE ON public.plan_versions FOR EACH ROW EXECUTE FUNCTION public.only_grows();


--
-- Name: signatures signatures_no_delete; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER signatures_no_delete BEFORE DELETE ON public.signatures FOR EACH ROW EXECUTE FUNCTION public.only_grows();


--
-- Name: signatures signatures_no_truncate; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER signatures_no_truncate BEFORE TRUNCATE ON public.signatures FOR EACH STATEMENT EXECUTE FUNCTION public.only_grows();


--
-- Name: signatures signatures_no_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER signatures_no_update BEFORE UPDATE ON public.signatures FOR EACH ROW EXECUTE FUNCTION public.only_grows();


--
-- Name: texts texts_no_delete; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER texts_no_delete BEFORE DELETE ON public.texts FOR EACH ROW EXECUTE FUNCTION public.only_grows();


--
-- Name: texts texts_no_truncate; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER texts_no_truncate BEFORE TRUNCATE ON public.texts FOR EACH STATEMENT EXECUTE FUNCTION public.only_grows();


--
-- Name: texts texts_no_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER texts_no_update BEFORE UPDATE ON public.texts FOR EACH ROW EXECUTE FUNCTION public.only_blanks();


--
-- Name: acknowledgements acknowledgements_n_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.acknowledgements
    ADD CONSTRAINT acknowledgements_n_fkey FOREIGN KEY (n) REFERENCES public.audit(n);


--
-- Name: administrations administrations_n_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.administrations
    ADD CONSTRAINT administrations_n_fkey FOREIGN KEY (n) REFERENCES public.audit(n);


--
-- Name: erasures erasures_n_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.erasures
    ADD CONSTRAINT erasures_n_fkey FOREIGN KEY (n) REFERENCES public.audit(n);


--
-- Name: plan_versions plan_versions_n_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.plan_versions
    ADD CONSTRAINT plan_versions_n_fkey FOREIGN KEY (n) REFERENCES public.audit(n);


--
-- Name: signatures signatures_n_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.signatures
    ADD CONSTRAINT signatures_n_fkey FOREIGN KEY (n) REFERENCES public.audit(n);


--
-- Name: texts texts_n_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.texts
    ADD CONSTRAINT texts_n_fkey FOREIGN KEY (n) REFERENCES public.audit(n);


--
-- PostgreSQL database dump complete
--


