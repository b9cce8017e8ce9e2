from consentinel.banner.placing import code_of


def test_contested_ones_are_at_least_functional() -> None:
    assert [code_of("strictly-necessary"), code_of("strictly-necessary", contested=True)] == [0, 1]
    assert [code_of("targeting", contested=True), code_of(None)] == [3, 5]
