"""Loading models: what each format answers, and every way in which a model may be refused."""

from __future__ import annotations

import gc
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx.helper as make
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto
from skl2onnx import to_onnx
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.svm import LinearSVC
from skops.io import dump, get_untrusted_types

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.manifest import Tensor
from mlops_spec.package.predictor.frame import model_frame
from mlops_spec.package.predictor.load import Recipe, load
from mlops_spec.package.predictor.onnx_external import check_self_contained
from mlops_spec.package.predictor.output import check_output
from mlops_spec.spec.tasks import TASKS

ROWS = 60
RNG = np.random.default_rng(0)
FRAME = pd.DataFrame({"a": RNG.normal(size=ROWS), "b": RNG.normal(size=ROWS), "id": np.arange(ROWS)})
FEATURES = FRAME[["a", "b"]]
INPUTS = tuple(Tensor(name=name, datatype="FP64", shape=(-1,)) for name in FEATURES)
BINARY = Recipe(
    task="binary-classification",
    format="skops",
    predictor=None,
    trusted_types=(),
    positive="yes",
    classes=("no", "yes"),
    inputs=INPUTS,
)
LABELS = np.where(FRAME["a"] + 0.3 * FRAME["b"] > 0, "yes", "no")


@pytest.fixture
def model_dir(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    return tmp_path / "model"


def save_skops(model: Any, model_dir: Path) -> Any:
    dump(model, model_dir / "model.skops")
    return model


def failure(recipe: Recipe, model_dir: Path, frame: pd.DataFrame = FRAME) -> Failure:
    with pytest.raises(Failure) as caught:
        load(recipe, model_dir, model_dir.parent / "code")(frame)
    return caught.value


def test_skops_gives_the_probability_of_the_positive_class(model_dir: Path) -> None:
    model = save_skops(LogisticRegression().fit(FEATURES, LABELS), model_dir)

    predict = load(BINARY, model_dir, model_dir)

    np.testing.assert_allclose(predict(FRAME), model.predict_proba(FEATURES)[:, 1])
    other = load(replace(BINARY, positive="no"), model_dir, model_dir)
    np.testing.assert_allclose(other(FRAME), model.predict_proba(FEATURES)[:, 0])


def test_skops_gives_class_probabilities_in_the_order_of_the_manifest(model_dir: Path) -> None:
    labels = np.array(["x", "y", "z"])[np.arange(ROWS) % 3]
    model = save_skops(LogisticRegression().fit(FEATURES, labels), model_dir)

    recipe = replace(BINARY, task="multiclass-classification", positive=None, classes=("z", "x", "y"))

    np.testing.assert_allclose(load(recipe, model_dir, model_dir)(FRAME), model.predict_proba(FEATURES)[:, [2, 0, 1]])


def test_skops_gives_values(model_dir: Path) -> None:
    model = save_skops(LinearRegression().fit(FEATURES, FRAME["a"] * 7), model_dir)

    recipe = replace(BINARY, task="regression", positive=None, classes=())

    np.testing.assert_allclose(load(recipe, model_dir, model_dir)(FRAME), model.predict(FEATURES))


def test_a_model_sees_its_features_alone_whatever_the_frame_holds(model_dir: Path) -> None:
    save_skops(LogisticRegression().fit(FEATURES, LABELS), model_dir)

    predict = load(BINARY, model_dir, model_dir)

    np.testing.assert_array_equal(predict(FRAME[["id", "b", "a"]]), predict(FEATURES))


def test_skops_with_a_type_that_is_not_pinned_names_it(model_dir: Path) -> None:
    """A random forest needs one; nothing of the file is built before that is known."""
    save_skops(RandomForestClassifier(3).fit(FEATURES, LABELS), model_dir)

    refused = failure(BINARY, model_dir)

    assert "sklearn.tree._tree.Tree" in refused.message or "numpy" in refused.message
    assert refused.exit_code == Exit.FINDINGS
    needed = tuple(get_untrusted_types(file=model_dir / "model.skops"))
    assert needed != ()
    assert load(replace(BINARY, trusted_types=needed), model_dir, model_dir)(FRAME).shape == (ROWS,)


def test_skops_without_probabilities_is_refused(model_dir: Path) -> None:
    save_skops(LinearSVC().fit(FEATURES, LABELS), model_dir)

    assert "has no `predict_proba`" in failure(BINARY, model_dir).message


def test_skops_that_does_not_know_a_class_is_refused(model_dir: Path) -> None:
    save_skops(LogisticRegression().fit(FEATURES, LABELS), model_dir)

    assert "perhaps" in failure(replace(BINARY, classes=("no", "perhaps")), model_dir).message


def test_a_pickle_that_is_called_skops_is_refused(model_dir: Path) -> None:
    (model_dir / "model.skops").write_bytes(b"\x80\x04cos\nsystem\n.")

    assert "is not a skops file" in failure(BINARY, model_dir).message


@pytest.mark.parametrize(("files", "count"), [([], 0), (["a.skops", "b.skops"], 2)])
def test_a_lone_model_file_is_needed(model_dir: Path, files: list[str], count: int) -> None:
    for name in files:
        (model_dir / name).touch()

    assert f"has {count} files *.skops" in failure(BINARY, model_dir).message


def test_another_format_needs_a_predictor(model_dir: Path) -> None:
    assert "needs `train.predictor`" in failure(replace(BINARY, format="safetensors"), model_dir).message


ENTRY = replace(BINARY, format="custom", predictor="churn_model.predict:load")


@pytest.fixture
def write_predictor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", sys.dont_write_bytecode)

    def write(source: str) -> None:
        folder = tmp_path / "code" / "churn_model"
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "predict.py").write_text(textwrap.dedent(source))

    yield write
    for name in [name for name in sys.modules if name.partition(".")[0] == "churn_model"]:
        del sys.modules[name]


def test_an_entry_point_answers(model_dir: Path, write_predictor: Any) -> None:
    (model_dir / "offset.txt").write_text("0.25")
    write_predictor("""
        def load(model_dir):
            offset = float((model_dir / "offset.txt").read_text())
            return lambda frame: (frame["a"] > 0) * 0.5 + offset
    """)

    answer = load(ENTRY, model_dir, model_dir.parent / "code")(FRAME)

    np.testing.assert_array_equal(answer, (FRAME["a"] > 0) * 0.5 + 0.25)
    assert not list((model_dir.parent / "code").rglob("__pycache__"))


@pytest.mark.parametrize("end", ["return lambda frame: [float(searched)] * len(frame)", "raise KeyError('x')"])
def test_no_garbage_is_searched_for_while_a_model_is_loaded(model_dir: Path, write_predictor: Any, end: str) -> None:
    write_predictor(f"""
        import gc
        searched = gc.isenabled()
        def load(model_dir):
            {end}
    """)

    if end.startswith("raise"):
        failure(ENTRY, model_dir)
    else:
        assert load(ENTRY, model_dir, model_dir.parent / "code")(FRAME).max() == 0.0

    assert gc.isenabled()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import no_such_module", "raised ModuleNotFoundError: No module named 'no_such_module'"),
        ("def load(model_dir): raise KeyError('x')", "raised KeyError: 'x'"),
        ("def load(model_dir): raise SystemExit(3)", "raised SystemExit: 3"),
        ("def lode(model_dir): ...", "has no function `load`"),
        ("def load(model_dir): return 7", "gives a int, not a function"),
        ("def load(model_dir): return lambda frame: frame['sex']", "raised KeyError: 'sex'"),
        ("def load(model_dir): return lambda frame: frame[['a', 'b']].abs()", "shape (60, 2)"),
        ("def load(model_dir): return lambda frame: [0.5]", "shape (1,)"),
        ("def load(model_dir): return lambda frame: ['high'] * len(frame)", "no array of numbers"),
        ("def load(model_dir): return lambda frame: None", "NaN"),
        ("def load(model_dir): return lambda frame: [float('nan')] * len(frame)", "row 0 is NaN or infinite"),
        ("def load(model_dir): return lambda frame: [2.0] * len(frame)", "row 0 is no probability"),
    ],
)
def test_what_an_entry_point_does_wrong_is_said(model_dir: Path, write_predictor: Any, source: str, said: str) -> None:
    write_predictor(source)

    refused = failure(ENTRY, model_dir)

    assert said in refused.message or (said == "NaN" and "shape ()" in refused.message)
    assert refused.exit_code in (Exit.FINDINGS, Exit.CONFIG)
    if "raised" in said and "import" not in source:
        assert "predict.py:1)" in refused.message


def test_an_entry_point_of_another_folder_is_refused(model_dir: Path) -> None:
    """What is installed beside the package is not what the manifest covers."""
    assert "not from" in failure(replace(ENTRY, predictor="json:loads"), model_dir).message


def save_onnx(model: Any, model_dir: Path, *, zipmap: bool) -> None:
    options = {id(model): {"zipmap": zipmap}} if hasattr(model, "classes_") else None
    sample = FEATURES.to_numpy(dtype=np.float32)[:1]
    (model_dir / "model.onnx").write_bytes(to_onnx(model, sample, options=options).SerializeToString())


ONNX = replace(BINARY, format="onnx")


@pytest.mark.parametrize("zipmap", [False, True])
def test_onnx_gives_the_probability_of_the_positive_class(model_dir: Path, *, zipmap: bool) -> None:
    model = LogisticRegression().fit(FEATURES.to_numpy(), LABELS)
    save_onnx(model, model_dir, zipmap=zipmap)

    answer = load(ONNX, model_dir, model_dir)(FRAME)

    np.testing.assert_allclose(answer, model.predict_proba(FEATURES.to_numpy())[:, 1], atol=1e-5)


@pytest.mark.parametrize("zipmap", [False, True])
def test_onnx_gives_class_probabilities(model_dir: Path, *, zipmap: bool) -> None:
    model = LogisticRegression().fit(FEATURES.to_numpy(), np.arange(ROWS) % 3)
    save_onnx(model, model_dir, zipmap=zipmap)
    recipe = replace(ONNX, task="multiclass-classification", positive=None, classes=(0, 1, 2))

    answer = load(recipe, model_dir, model_dir)(FRAME)

    np.testing.assert_allclose(answer, model.predict_proba(FEATURES.to_numpy()), atol=1e-5)


def test_onnx_gives_values(model_dir: Path) -> None:
    model = LinearRegression().fit(FEATURES.to_numpy(), FRAME["a"] * 7)
    save_onnx(model, model_dir, zipmap=False)
    recipe = replace(ONNX, task="regression", positive=None, classes=())

    np.testing.assert_allclose(load(recipe, model_dir, model_dir)(FRAME), FRAME["a"] * 7, atol=1e-4)


def test_onnx_takes_one_input_per_feature(model_dir: Path) -> None:
    a, b, out = (make.make_tensor_value_info(name, TensorProto.FLOAT, [None, 1]) for name in ("a", "b", "sum"))
    graph = make.make_graph([make.make_node("Add", ["a", "b"], ["sum"])], "sum", [a, b], [out])
    model = make.make_model(graph, opset_imports=[make.make_opsetid("", 17)], ir_version=9)
    (model_dir / "model.onnx").write_bytes(model.SerializeToString())
    recipe = replace(ONNX, task="regression", positive=None, classes=())

    np.testing.assert_allclose(load(recipe, model_dir, model_dir)(FRAME), FRAME["a"] + FRAME["b"], atol=1e-5)


def external_model(where: str) -> bytes:
    tensor = make.make_tensor("w", TensorProto.FLOAT, [1], [1.0])
    tensor.ClearField("float_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../etc/passwd"
    x, y = (make.make_tensor_value_info(name, TensorProto.FLOAT, [None, 1]) for name in "xy")
    if where == "initializer":
        graph = make.make_graph([make.make_node("Add", ["x", "w"], ["y"])], "g", [x], [y], initializer=[tensor])
    else:
        inner = make.make_graph([make.make_node("Constant", [], ["w"], value=tensor)], "inner", [], [y])
        node = make.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
        graph = make.make_graph([node], "g", [x], [y])
    return bytes(make.make_model(graph).SerializeToString())


@pytest.mark.parametrize("where", ["initializer", "subgraph"])
def test_onnx_with_external_data_is_refused_before_it_is_opened(model_dir: Path, where: str) -> None:
    (model_dir / "model.onnx").write_bytes(external_model(where))

    assert "keeps tensors in another file" in failure(ONNX, model_dir).message


@pytest.mark.parametrize("content", [b"\xff\xff", b"\x3a\xff\x01", b"\x80\x04cos\nsystem\n.", b"\x38\x01"])
def test_what_is_no_onnx_file_is_refused(model_dir: Path, content: bytes) -> None:
    (model_dir / "model.onnx").write_bytes(content)

    assert str(model_dir / "model.onnx") in failure(ONNX, model_dir).message


@given(st.binary(max_size=200))
def test_the_wire_reader_ends_on_any_bytes(content: bytes) -> None:
    try:
        check_self_contained(content, Path("model.onnx"))
    except Failure as failure:
        assert "model.onnx" in failure.message


def test_a_frame_is_converted_to_the_signature() -> None:
    frame = pd.DataFrame(
        {
            "count": [1.0, 2.0],
            "gap": [1.0, np.nan],
            "text": pd.Categorical(["x", None]),
            "time": pd.to_datetime(["2026-01-02", None]),
            "flag": [1, 0],
        }
    )
    types = {"count": "INT64", "gap": "INT64", "text": "BYTES", "time": "BYTES", "flag": "BOOL"}
    inputs = tuple(Tensor(name=name, datatype=datatype, shape=(-1,)) for name, datatype in types.items())

    shown = model_frame(frame, inputs)

    assert {name: str(dtype) for name, dtype in shown.dtypes.items()} == {
        "count": "int64",
        "gap": "float64",
        "text": "str",
        "time": "str",
        "flag": "bool",
    }
    assert shown["time"][0] == "2026-01-02T00:00:00"
    assert shown["text"].isna().tolist() == [False, True]


def test_columns_that_need_no_conversion_are_only_chosen() -> None:
    frame = pd.DataFrame({"other": [1], "text": pd.Series(["x"], dtype="str"), "number": [2.5], "count": [3]})
    types = {"count": "INT64", "number": "FP64", "text": "BYTES"}
    inputs = tuple(Tensor(name=name, datatype=datatype, shape=(-1,)) for name, datatype in types.items())

    shown = model_frame(frame, inputs)
    shown.loc[0, "number"] = 0.0

    assert shown.to_dict("list") == {"count": [3], "number": [0.0], "text": ["x"]}
    assert frame["number"].tolist() == [2.5]


def test_a_frame_that_lacks_columns_is_refused() -> None:
    with pytest.raises(Failure, match="lack the columns `a`, `b`"):
        model_frame(FRAME[["id"]], INPUTS)


def test_a_frame_of_another_kind_is_refused() -> None:
    with pytest.raises(Failure, match="column `a` is not FP64"):
        model_frame(FRAME.assign(a="x"), INPUTS)


@given(st.lists(st.floats(), min_size=1, max_size=5))
def test_only_finite_values_of_the_right_shape_pass(values: list[float]) -> None:
    try:
        answer = check_output(values, 3, TASKS["regression"].answer, 0)
    except Failure:
        assert len(values) != 3 or not np.isfinite(values).all()
    else:
        assert len(values) == 3
        assert np.isfinite(answer).all()


def test_class_probabilities_sum_to_one() -> None:
    with pytest.raises(Failure, match="row 1 does not sum to 1"):
        check_output([[0.5, 0.5], [0.5, 0.4]], 2, TASKS["multiclass-classification"].answer, 2)
