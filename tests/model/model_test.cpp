#include <QTest>

#include <cmath>

#include "core/base/error.h"
#include "core/model/model.h"

using namespace dank;

namespace {

Model goodModel()
{
    Model model;
    model.backbone = "tiny";
    model.layers = {{3, 2, {1, 2, 3, 4, 5, 6}, {0, 0}}, {2, 1, {1, 1}, {0}}};
    model.featureMean = {0, 0, 0};
    model.featureScale = {1, 1, 1};
    model.reference = {0.1f, 0.5f, 0.5f};
    model.epoch = 3;
    model.epochsRun = 5;
    model.curve = {{1, 0.5, 0.4, 0.1}};
    return model;
}

}  // namespace

class TestModel : public QObject {
    Q_OBJECT

private slots:
    void goodModelsAreTaken()
    {
        goodModel().validate();
        Model raw = goodModel();
        raw.featureMean = raw.featureScale = {};
        raw.reference = {};
        raw.validate();
        Model normal = goodModel();
        normal.normScale = {1, -2, 0};
        normal.normShift = {0, 0, 5};
        normal.validate();
    }

    void badModelsAreRefused_data()
    {
        QTest::addColumn<int>("way");
        for (int way = 0; way < 22; ++way)
            QTest::addRow("way %d", way) << way;
    }
    void badModelsAreRefused()
    {
        QFETCH(int, way);
        Model model = goodModel();
        switch (way) {
        case 0: model.layers.clear(); break;
        case 1: model.layers.pop_back(); break;
        case 2: model.layers[0].weight.pop_back(); break;
        case 3: model.layers[0].bias.push_back(0); break;
        case 4: model.layers[1] = {3, 1, {1, 1, 1}, {0}}; break;
        case 5: model.layers[1].weight[0] = NAN; break;
        case 6: model.layers[1].bias[0] = INFINITY; break;
        case 7: model.layers[0] = {0, 2, {}, {0, 0}}; break;
        case 8: model.layers[0].inputs = -3; break;
        case 9: model.featureMean = {0, 0}; break;
        case 10: model.featureScale = {1, 0, 1}; break;
        case 11: model.featureScale = {1, NAN, 1}; break;
        case 12: model.reference = {0.5f, 0.1f}; break;
        case 13: model.reference = {0.1f, INFINITY}; break;
        case 14: model.epoch = 6; break;
        case 15: model.curve[0].validationLoss = NAN; break;
        case 16: model.config.batch = 0; break;
        case 17: model.backbone.clear(); break;
        case 18: model.normScale = {1, 1, 1}; break;
        case 19: model.normScale = model.normShift = {1, 1}; break;
        case 20: model.normScale = {1, 1, 1}, model.normShift = {0, NAN, 0}; break;
        case 21: model.normShift = {0, 0, 0}; break;
        }
        try {
            model.validate();
            QFAIL("accepted");
        } catch (const Error &error) {
            QVERIFY(error.kind() == ErrorKind::Format);
        }
    }
};

QTEST_GUILESS_MAIN(TestModel)
#include "model_test.moc"
