CREATE TABLE public.addresses (
    portal character varying NOT NULL,
    key bytea NOT NULL,
    id character varying NOT NULL
);
CREATE TABLE public.articles (
    newest double precision NOT NULL,
    next_visit double precision,
    first_stored double precision,
    attempts integer NOT NULL,
    depth integer NOT NULL,
    revision integer NOT NULL,
    portal character varying NOT NULL,
    id character varying NOT NULL,
    url text NOT NULL,
    canonical_url text NOT NULL,
    status character varying NOT NULL,
    reason character varying,
    found_on text,
    content_hash character varying,
    field_hashes text,
    cluster_id character varying,
    headline text,
    sketch character varying,
    etag text,
    last_modified text
);
CREATE TABLE public.bands (
    band bigint NOT NULL,
    text integer NOT NULL
);
CREATE TABLE public.documents (
    portal character varying NOT NULL,
    url text NOT NULL,
    parent text,
    lastmod text,
    read_lastmod text,
    read_at double precision,
    etag text,
    last_modified text,
    links integer NOT NULL
);
CREATE TABLE public.entries (
    portal character varying NOT NULL,
    id character varying NOT NULL,
    via character varying NOT NULL,
    title text,
    published character varying,
    "precision" character varying,
    updated double precision
);
CREATE TABLE public.feeds (
    file character varying NOT NULL,
    run character varying NOT NULL,
    kind character varying NOT NULL,
    bytes bigint NOT NULL,
    records integer NOT NULL
);
CREATE TABLE public.hosts (
    host character varying NOT NULL,
    last_turn double precision NOT NULL,
    not_before double precision NOT NULL,
    refusals integer NOT NULL,
    reason character varying
);
CREATE TABLE public.leases (
    portal character varying NOT NULL,
    epoch bigint NOT NULL,
    run character varying,
    holder character varying NOT NULL,
    expires double precision,
    commits bigint NOT NULL
);
CREATE TABLE public.lines (
    run character varying NOT NULL,
    kind character varying NOT NULL,
    stop bigint NOT NULL,
    portal character varying NOT NULL,
    id character varying NOT NULL,
    revision integer
);
CREATE TABLE public.meta (
    key character varying NOT NULL,
    value character varying NOT NULL
);
CREATE TABLE public.outbox (
    run character varying NOT NULL,
    kind character varying NOT NULL,
    number integer NOT NULL,
    records integer NOT NULL,
    size bigint NOT NULL,
    compressed bytea NOT NULL
);
CREATE TABLE public.page_pictures (
    portal character varying NOT NULL,
    page text NOT NULL,
    picture text NOT NULL
);
CREATE TABLE public.runs (
    run character varying NOT NULL,
    portals text NOT NULL,
    arguments text NOT NULL,
    started character varying NOT NULL,
    finished character varying,
    finish_reason character varying,
    verdict character varying,
    counts text,
    reasons text
);
CREATE TABLE public.signatures (
    text integer NOT NULL,
    signature bytea NOT NULL,
    cluster_id character varying NOT NULL,
    portal character varying,
    article character varying,
    added double precision
);
CREATE SEQUENCE public.signatures_text_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.signatures_text_seq OWNED BY public.signatures.text;
CREATE TABLE public.teasers (
    key bigint NOT NULL
);
CREATE TABLE public.unpublished (
    run character varying NOT NULL,
    manifest text NOT NULL,
    since double precision NOT NULL
);
ALTER TABLE ONLY public.signatures ALTER COLUMN text SET DEFAULT nextval('public.signatures_text_seq'::regclass);
INSERT INTO public.addresses VALUES
	('127.14.0.3:8014', '\x1265161111d41e0777ed5229', '127.14.0.3:8014:b7d0ab6f2a8eb154'),
	('127.14.0.3:8014', '\x13167f9f71b13924d5655a16', '127.14.0.3:8014:bc6f632e0636ec1d'),
	('127.14.0.3:8014', '\x3f52dc0832fde565bcba0a6b', '127.14.0.3:8014:eb2c30498f5cacfd'),
	('127.14.0.3:8014', '\x469ccb0446c250a400db430e', '127.14.0.3:8014:50d66f73a6b66e97'),
	('127.14.0.3:8014', '\x8d3af19bf445a965e0dd5d14', '127.14.0.3:8014:a8fe7293ecca765c');
INSERT INTO public.articles VALUES
	(1796031235, -10, NULL, 0, 3, 0, '127.14.0.3:8014', '127.14.0.3:8014:b7d0ab6f2a8eb154', 'http://127.14.0.3:8014/news/meldung-aus-der-stadt-nummer-100204.html', '', 'pending', NULL, '/news/meldung-aus-der-stadt-nummer-100203.html', NULL, NULL, NULL, 'Wochenmarkt zieht auf den Rathausplatz um', NULL, NULL, NULL),
	(1764925200, 1796031249.8722672, 1796031236.8722672, 0, 2, 1, '127.14.0.3:8014', '127.14.0.3:8014:50d66f73a6b66e97', 'http://127.14.0.3:8014/news/meldung-aus-der-stadt-nummer-100203.html', '', 'stored', NULL, '/news/meldung-aus-der-stadt-nummer-100201.html', '94e05c58c8cafe79ea5a8a29d03aca0e', '=pofAErHF1p2xQuahlZpF1A,c811', '127.14.0.3:8014:eb2c30498f5cacfd', 'Stadtbücherei verlängert ihre Öffnungszeiten', '=0pqTV0+!|f1ACW61lfw83`u^@6${}I9PDCNA5N||G5h1IGomasH4%fnIf#dDI~xkYL*$^?L_~`%MTm=x', NULL, NULL),
	(1764925200, 1796031249.8361368, 1796031236.8361368, 0, 1, 1, '127.14.0.3:8014', '127.14.0.3:8014:a8fe7293ecca765c', 'http://127.14.0.3:8014/news/meldung-aus-der-stadt-nummer-100202.html', '', 'stored', NULL, '/', '6b25551abc156e1ab2729c917e93f2ab', '=/aoZyZ3UWpSxQuahlZpF1A,c811', '127.14.0.3:8014:eb2c30498f5cacfd', 'Rat berät über den zweiten Bauabschnitt', '=0pqTV0+!|f1ACW61lfw846P`_6${}I9PDCNA5N||GomasIf#dDI~xkYLl*6#L*$^?L_~`%MTm=xO&OCp', '"zwei"', NULL),
	(1796031235, 1796031249.2402813, NULL, 2, 1, 0, '127.14.0.3:8014', '127.14.0.3:8014:bc6f632e0636ec1d', 'http://127.14.0.3:8014/news/meldung-aus-der-stadt-nummer-100205.html', '', 'gone', 'http_404', '/', NULL, NULL, NULL, 'Sportverein feiert sein hundertjähriges Bestehen', NULL, NULL, NULL),
	(1764925200, 1796031249.8116393, 1796031236.8116393, 0, 1, 2, '127.14.0.3:8014', '127.14.0.3:8014:eb2c30498f5cacfd', 'http://127.14.0.3:8014/news/meldung-aus-der-stadt-nummer-100201.html', '', 'stored', NULL, '/', 'db1a9330dabef802188a12c3e15d2a78', '=MxZLBnhRecqxQuahlZpF1A,c811', '', 'Neue Brücke öffnet noch in diesem Jahr', '=0YZ;x0pqTV1ACW61lfw86D5V>6M7rz6${}I9PDCNA5N||Di|d&GomasI88o#L*$^?L_~`%MTm=xO&OCp', NULL, NULL);
INSERT INTO public.bands VALUES
	(5023730029294835487, 1),
	(8131780110824126243, 1),
	(7518193236618223589, 1),
	(-5152354605443385584, 1),
	(5531255451068311118, 1),
	(2956724592763403760, 1),
	(6726825647976438866, 1),
	(2443265523088662740, 1),
	(-3123012708967633162, 1),
	(-6773289971825354182, 1),
	(1720866315989611453, 1),
	(-8345476574858864063, 1),
	(9029973365855335841, 2),
	(-1057794222745716922, 2),
	(8131780110824126243, 2),
	(7518193236618223589, 2),
	(8544692268046977835, 2),
	(-5152354605443385584, 2),
	(-5381557115780166926, 2),
	(8041685288407867665, 2),
	(-2748147974383039336, 2),
	(-5245529944848864291, 2),
	(1720866315989611453, 2),
	(-8345476574858864063, 2),
	(-6258253676550667934, 3),
	(9029973365855335841, 3),
	(8131780110824126243, 3),
	(7518193236618223589, 3),
	(1946851357056854475, 3),
	(-5152354605443385584, 3),
	(5291998863498512783, 3),
	(8041685288407867665, 3),
	(-4060090277473165574, 3),
	(-313831158895087302, 3),
	(1720866315989611453, 3),
	(-8345476574858864063, 3);
INSERT INTO public.feeds VALUES
	('articles-20261130T093405Z-b31d14.jsonl', '20261130T093405Z-b31d14', 'articles', 4291, 3),
	('teasers-20261130T093405Z-b31d14.jsonl', '20261130T093405Z-b31d14', 'teasers', 3876, 5),
	('articles-20261130T093408Z-08e17e.jsonl', '20261130T093408Z-08e17e', 'articles', 1369, 1);
INSERT INTO public.leases VALUES
	('127.14.0.3:8014', 2, NULL, 'vm:19103:d950c189', NULL, 4);
INSERT INTO public.meta VALUES
	('version', '3'),
	('near copies removed', '1796031246.9544463');
INSERT INTO public.runs VALUES
	('20261130T093405Z-b31d14', '["127.14.0.3:8014"]', '{"url": "http://127.14.0.3:8014/", "max_depth": "2"}', '2026-11-30T09:34:05+00:00', '2026-11-30T09:34:06+00:00', 'finished', 'ok', '{"articles": 3, "teasers": 5, "duplicates": 0, "failed/http_404": 1, "near_duplicates": 2, "pages": 4, "pages_failed": 1, "start_links": 3, "start_pages": 1, "teasers_known": 0, "teasers_seen": 5}', '[]'),
	('20261130T093408Z-08e17e', '["127.14.0.3:8014"]', '{"url": "http://127.14.0.3:8014/", "max_depth": "2"}', '2026-11-30T09:34:08+00:00', '2026-11-30T09:34:09+00:00', 'finished', 'ok', '{"articles": 1, "teasers": 0, "articles_unchanged": 2, "failed/http_404": 1, "pages": 4, "pages_failed": 1, "start_links": 3, "start_pages": 1, "teasers_known": 5, "teasers_seen": 5}', '[]');
INSERT INTO public.signatures VALUES
	(1, '\x7225cb6c4e0c2b46708658e324a76f661d7ec63c70f8410787c2ac656603100302441587144c3767a2afce076eae304c04db6a01943abb6f256612022e5c6e3f0b676dbf1f0109010d275b710b8667ad079712f42957679205ebc0c90cd40bc655337194b82b0c3628e8e9b918d0cea501585ee07d2ca93334f15b3261b238d80e051e612a768c9c1612bcaf19c5872a95fd016826b0dfe1058e03c96b6d4ce5596b44fa04074ce13267014a15e71e6137585724c2b2318d278dcca209062a5a2cf07a4c221d66af6752a75dc159d31e56adf0f6167884cf136449ce7cfb09f44ea8c2c4a84ae47645212e585447ab0c127a55947c2ad596167d67f9132a223d', '127.14.0.3:8014:eb2c30498f5cacfd', '127.14.0.3:8014', '127.14.0.3:8014:eb2c30498f5cacfd', 1796031246.9051287),
	(2, '\x7225cb6c4e0c2b46708658e33daa7d15c0e40e7770f8410787c2ac656603100302441587144c3767a2afce076eae304c04db6a01943abb6fa7bc2e4b2e5c6e3f0b676dbf1f0109010d275b710b8667ad079712f4baa4b8ff05ebc0c90cd40bc64fb1d0dc1f8429c728e8e9b918d0cea501585ee07d2ca93334f15b3261b238d80e051e612a768c9c1612bcaf19c5872a95fd016826b0dfe1058e03c98ad45daa596b44fa04074ce13267014a15e71e612a065249c2b2318d278dcca20efb20d91851baee221d66af6752a75dc159d31e56adf0f6167884cf136449ce7cfb09f44ea8c2c4a84ae47645212e58c0dd44e6127a55947c2ad596167d67f9132a223d', '127.14.0.3:8014:eb2c30498f5cacfd', '127.14.0.3:8014', '127.14.0.3:8014:a8fe7293ecca765c', 1796031246.9051287),
	(3, '\x7225cb6c4e0c2b46708658e33daa7d15c0e40e7770f8410787c2ac656603100302441587144c3767a2afce076eae304c04db6a01943abb6f121ac96c2e5c6e3f0b676dbf1f0109010d275b710b8667ad079712f446158a9105ebc0c90cd40bc655337194b82b0c36077f94f618d0cea501585ee07d2ca93334f15b3261b238d80e051e612a768c9c1612bcaf19c5872a95fd016826b0dfe1058e03c9bdd834ba596b44fa04074ce13267014a15e71e6137585724c2b2318d278dcca20efb20d92cf07a4c221d66af6752a75d8bb1e6fd56adf0f6167884cf136449ce7cfb09f44ea8c2c4a84ae47645212e58c0dd44e6127a55947c2ad596167d67f9132a223d', '127.14.0.3:8014:eb2c30498f5cacfd', '127.14.0.3:8014', '127.14.0.3:8014:50d66f73a6b66e97', 1796031246.9051287);
INSERT INTO public.teasers VALUES
	(-7918110007512635716),
	(-4855209344960795423),
	(1947343147477753770),
	(4125224109618979306),
	(4200450369682745202);
SELECT pg_catalog.setval('public.signatures_text_seq', 3, true);
ALTER TABLE ONLY public.addresses
    ADD CONSTRAINT addresses_pkey PRIMARY KEY (portal, key);
ALTER TABLE ONLY public.articles
    ADD CONSTRAINT articles_pkey PRIMARY KEY (portal, id);
ALTER TABLE ONLY public.bands
    ADD CONSTRAINT bands_pkey PRIMARY KEY (band, text);
ALTER TABLE ONLY public.documents
    ADD CONSTRAINT documents_pkey PRIMARY KEY (portal, url);
ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_pkey PRIMARY KEY (portal, id);
ALTER TABLE ONLY public.feeds
    ADD CONSTRAINT feeds_pkey PRIMARY KEY (file);
ALTER TABLE ONLY public.hosts
    ADD CONSTRAINT hosts_pkey PRIMARY KEY (host);
ALTER TABLE ONLY public.leases
    ADD CONSTRAINT leases_pkey PRIMARY KEY (portal);
ALTER TABLE ONLY public.lines
    ADD CONSTRAINT lines_pkey PRIMARY KEY (run, kind, stop);
ALTER TABLE ONLY public.meta
    ADD CONSTRAINT meta_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (run, kind, number);
ALTER TABLE ONLY public.page_pictures
    ADD CONSTRAINT page_pictures_pkey PRIMARY KEY (portal, page);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (run);
ALTER TABLE ONLY public.signatures
    ADD CONSTRAINT signatures_pkey PRIMARY KEY (text);
ALTER TABLE ONLY public.teasers
    ADD CONSTRAINT teasers_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.unpublished
    ADD CONSTRAINT unpublished_pkey PRIMARY KEY (run);
CREATE INDEX articles_by_content ON public.articles USING hash (content_hash);
CREATE INDEX articles_by_status ON public.articles USING btree (portal, status, newest);
CREATE INDEX articles_to_visit ON public.articles USING btree (portal, newest) WHERE (next_visit IS NOT NULL);
CREATE INDEX documents_by_parent ON public.documents USING btree (portal, parent);
CREATE INDEX feeds_by_run ON public.feeds USING btree (run);
CREATE INDEX runs_by_finished ON public.runs USING btree (finished);
CREATE INDEX runs_by_first_portals ON public.runs USING btree (substr(portals, 1, 500), run);
CREATE INDEX runs_by_job ON public.runs USING btree (substr((run)::text, 18));
