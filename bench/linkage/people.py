"""Made-up people as CSV or Parquet, drawn by DuckDB: millions in seconds, the same for the same seed.

    python bench/linkage/people.py PEOPLE.csv 1000000          a file in which a third of the people have two or three records
    python bench/linkage/people.py REGISTER.csv 20000000 --register          one record a person
    python bench/linkage/people.py LOOKED_UP.csv 1500000 --of 20000000       people of that register, and a fifth who are in none
"""
import argparse

SYLLABLES = [c + v for c in "bcdfghjklmnprstvw" for v in "aeiou"]

MACROS = """
create macro rnd(i, k) as hash(i * 1000003 + k * 7919 + {seed}) / 18446744073709551616.0::double;
create macro pick(list, r) as list[1 + floor(r * len(list))::bigint];
create macro syllable(n) as {syllables}[1 + (n % {count})::bigint];
create macro forename(n) as syllable(hash(n)) || syllable(hash(n + 1000000)) || pick(['n', 'r', 's', 'l'], rnd(n, 91));
create macro surname(n) as syllable(hash(n + 2000000)) || syllable(hash(n + 3000000)) || syllable(hash(n + 4000000)) ||
  pick(['son', 'ley', 'ton', ''], rnd(n, 92));
create macro town(n) as syllable(hash(n + 5000000)) || syllable(hash(n + 6000000)) || syllable(hash(n + 7000000)) || 'ham';
create macro day_of(r) as strftime(date '1930-01-01' + floor(r * 29200)::int, '%Y-%m-%d');
create macro postcode_of(p) as pick(string_split('A,B,C,D,E,G,H,K,L,M,N,P,R,S,T,W', ','), rnd(p, 11)) ||
  pick(string_split('A,B,D,E,H,L,N,O,P,R,S,T', ','), rnd(p, 12)) || (1 + floor(rnd(p, 13) * 30)::int) || ' ' || (1 + floor(rnd(p, 14) * 9)::int) ||
  pick(string_split('A,B,D,E,F,G,H,J,L,N', ','), rnd(p, 15)) || pick(string_split('P,Q,R,S,T,U,W,X,Y,Z', ','), rnd(p, 16));
create macro letter_for(c, r) as case when c between '0' and '9' then floor(r * 10)::int::varchar else pick(string_split('a,e,i,o,u,r,s,t,l,n', ','), r) end;
create macro mistyped(v, place, r, s) as case when substr(v, place, 1) = '-' then v else substr(v, 1, place - 1) || (case when r < 0.6 then letter_for(substr(v, place, 1), s) else '' end) || substr(v, place + 1) end;
create macro written(v, i, k, exact) as case when exact or rnd(i, k) > 0.2 then v when rnd(i, k) < 0.14
  then mistyped(v, 1 + floor(rnd(i, k + 1) * length(v))::bigint, rnd(i, k + 2), rnd(i, k + 3)) else null end;
"""

ROW = """select '{letter}' || i as unique_id,
  written(forename(floor(2000 * pow(rnd(p, 1), 2))::bigint), i, 21, exact) as first_name,
  written(surname(floor(20000 * pow(rnd(p, 2), 1.7))::bigint), i, 31, exact) as surname,
  written(day_of(rnd(p, 3)), i, 41, exact) as dob, written(postcode_of(p), i, 51, exact) as postcode,
  written(town(floor(800 * rnd(p, 4))::bigint), i, 61, exact) as city, p as person from ({rows})"""


def write(path, record_count, seed=1, register=False, of=0):
    import duckdb

    connection = duckdb.connect()
    connection.execute(MACROS.format(seed=seed, syllables=SYLLABLES, count=len(SYLLABLES)))
    if register:
        rows = f"select range as i, range as p, true as exact from range({record_count})"
    elif of:
        # Four in five are somebody of the register, with errors; the others are nobody there.
        rows = f"""select range as i, case when rnd(range, 71) < 0.8 then range * {of} // {record_count} else {of} + range end as p, false as exact
          from range({record_count})"""
    else:
        people = int(record_count / 1.45 * 1.02) + 100
        copies = "case when rnd(range, 81) < 0.7 then 1 when rnd(range, 81) < 0.85 then 2 else 3 end"
        rows = f"""select (row_number() over ()) - 1 as i, p, copy = 1 as exact
          from (select range as p, unnest(range(1, 1 + {copies})) as copy from range({people})) limit {record_count}"""
    kind = "(format parquet)" if path.endswith(".parquet") else "(header)"
    connection.execute(f"copy ({ROW.format(letter='g' if register else 'r', rows=rows)}) to '{path}' {kind}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path")
    parser.add_argument("records", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--register", action="store_true")
    parser.add_argument("--of", type=int, default=0, metavar="REGISTER_RECORDS")
    options = parser.parse_args()
    write(options.path, options.records, options.seed, options.register, options.of)
