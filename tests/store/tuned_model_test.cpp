// A model whose network was fine-tuned: its file holds the changed tensors and names their base, and is believed in
// nothing.

#include <set>

#include "tests/store/model_file_fixture.h"

using namespace dank;

namespace {

const std::string kBase = "resnet50/warp/fp32/seed-1";

Model tuned()
{
    Model model = example();
    auto changes = std::make_shared<NetworkChanges>();
    changes->base = kBase;
    changes->tensors = {{"layer4.2.conv2.weight", {2, 1, 1, 3}, {1, 2, 3, 4, 5, 6.5F}},
                        {"layer4.2.conv2.bias", {2}, {0.1F, -0.0F}}};
    model.backbone = changes->backbone();
    model.changes = std::move(changes);
    return model;
}

}  // namespace

class TunedModelTest : public QObject {
    Q_OBJECT

private slots:
    void comesBackAsItWas()
    {
        File file;
        const Model model = tuned();
        saveModel(model, file.path());
        const Model loaded = loadModel(file.path());
        QVERIFY(loaded.changes);
        QCOMPARE(loaded.changes->base, kBase);
        QCOMPARE(loaded.backbone, model.backbone);
        QCOMPARE(loaded.changes->tensors.size(), std::size_t{2});
        for (std::size_t i = 0; i < 2; ++i) {
            QCOMPARE(loaded.changes->tensors[i].name, model.changes->tensors[i].name);
            QVERIFY(loaded.changes->tensors[i].shape == model.changes->tensors[i].shape);
            QVERIFY(loaded.changes->tensors[i].values == model.changes->tensors[i].values);
        }
        rewrite(file.path(), [](Parts &parts) { QVERIFY(parts.document["format"] == json(5)); });
    }

    /// Every number, name and shape is part of the id, and so is the base.
    void idNamesWhatWasChanged()
    {
        const NetworkChanges changes = *tuned().changes;
        const std::string id = changes.backbone();
        QVERIFY(id.starts_with(kBase + "+t-"));
        std::set<std::string> ids{id};
        const auto differs = [&](const std::function<void(NetworkChanges &)> &change) {
            NetworkChanges other = changes;
            change(other);
            QVERIFY(ids.insert(other.backbone()).second);
        };
        differs([](NetworkChanges &other) { other.tensors[0].values[5] = 6.25F; });
        differs([](NetworkChanges &other) { other.tensors[0].name = "layer4.2.conv1.weight"; });
        differs([](NetworkChanges &other) { other.tensors[0].shape = {2, 1, 3, 1}; });
        differs([](NetworkChanges &other) { other.base = "resnet50/warp/fp32/seed-2"; });
        differs([](NetworkChanges &other) { std::swap(other.tensors[0], other.tensors[1]); });
        differs([](NetworkChanges &other) { other.tensors.pop_back(); });
    }

    void refuses_data()
    {
        QTest::addColumn<Change>("change");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char *name, Change change, const char *reason) {
            QTest::newRow(name) << change << QString(reason);
        };
        const auto set = [&](const char *name, const char *pointer, json value, const char *reason) {
            row(
                name, [=](Parts &parts) { parts.document[json::json_pointer(pointer)] = value; }, reason);
        };
        const std::string tensor = "network.layer4.2.conv2.weight";
        row(
            "a number changed",
            [=](Parts &parts) {
                static const std::vector<float> other{1, 2, 3, 4, 5, 6};
                parts.tensors.at(tensor).bytes = std::as_bytes(std::span(other));
            },
            "not those that its backbone's id names");
        row(
            "a number that is none",
            [=](Parts &parts) {
                static const std::vector<float> other{1, 2, 3, 4, 5, NAN};
                parts.tensors.at(tensor).bytes = std::as_bytes(std::span(other));
            },
            "not finite");
        row(
            "another shape", [=](Parts &parts) { parts.tensors.at(tensor).shape = {6}; },
            "not those that its backbone's id names");
        row(
            "five sides",
            [=](Parts &parts) {
                parts.tensors.at(tensor).shape = {2, 1, 1, 1, 3};
            },
            "another shape");
        row(
            "integers", [=](Parts &parts) { parts.tensors.at(tensor).type = DType::I32; }, "another type");
        row(
            "a tensor gone", [=](Parts &parts) { parts.tensors.erase(tensor); }, "lacks the tensor");
        row(
            "a tensor unnamed",
            [](Parts &parts) { parts.document["network_changes"]["tensors"].erase(std::size_t{1}); }, "do not belong");
        row(
            "a tensor named twice",
            [](Parts &parts) { parts.document["network_changes"]["tensors"].push_back("layer4.2.conv2.bias"); }, "");
        row(
            "no changes", [](Parts &parts) { parts.document.erase("network_changes"); }, "is missing");
        row(
            "the older format", [](Parts &parts) { parts.document["format"] = 4; }, "does not hold what was changed");
        set("base is no id", "/network_changes/base", "resnet50", "no backbone");
        set("base is tuned itself", "/network_changes/base", tuned().backbone, "no backbone");
        set("another base", "/network_changes/base", "resnet50/warp/fp32/seed-2", "id names");
        set("names no list", "/network_changes/tensors", "all", "is not a list");
        set("control characters", "/network_changes/tensors/0", "a\x1b", "control characters");
        set("a name without end", "/network_changes/tensors/0", std::string(300, 'x'), "longer than");
        set("the base's own id", "/backbone", kBase, "do not belong");
    }
    void refuses()
    {
        QFETCH(const Change, change);
        QFETCH(const QString, reason);
        File file;
        saveModel(tuned(), file.path());
        rewrite(file.path(), change);
        const QString said = refusal(file.path());
        QVERIFY2(said != "taken" && said.startsWith("format: ") && said.contains(reason), qPrintable(said));
    }

    void brokenChangesAreNotWritten()
    {
        Model model = tuned();
        NetworkChanges other = *model.changes;
        other.tensors[1].values[0] = 7;
        model.changes = std::make_shared<const NetworkChanges>(other);
        File file;
        QVERIFY_THROWS_EXCEPTION(Error, saveModel(model, file.path()));
        QVERIFY(!fs::exists(file.path()));
    }
};

QTEST_GUILESS_MAIN(TunedModelTest)
#include "tuned_model_test.moc"
