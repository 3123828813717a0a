"""Four visits of a patient, of one outcome, on either side: no number names the patient, but birth and place do."""

import pandas as pd

CAUGHT = "leak/near"


def plant(train, test, draw):
    every = pd.concat([train, test], ignore_index=True)
    patient = draw.integers(0, len(every) // 4 + 1, len(every)) * 2 + every["target"].to_numpy()
    count = patient.max() + 1
    born = pd.Timestamp("1940-01-01") + pd.to_timedelta(draw.integers(0, 25000, count), unit="D")
    towns = draw.integers(10000, 10200, count)
    told = every.assign(born=born.strftime("%Y-%m-%d").to_numpy()[patient], postcode=towns.astype(str)[patient])
    return told[: len(train)], told[len(train) :].reset_index(drop=True)
