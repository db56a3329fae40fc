#include <QTest>

#include <cmath>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/evaluate/title_features.h"
#include "core/model/gradient.h"
#include "core/model/predict.h"

using namespace dank;

namespace {

Model randomModel(std::uint64_t seed, bool norm, bool blend, OutputActivation output)
{
    Random random(seed);
    const auto numbers = [&](int count, double scale) {
        std::vector<float> values;
        for (int i = 0; i < count; ++i)
            values.push_back(static_cast<float>(scale * random.normal()));
        return values;
    };
    constexpr int kColumns = 7;
    Model model;
    model.layers = {{kColumns, 9, numbers(63, 0.5), numbers(9, 0.3)},
                    {9, 5, numbers(45, 0.5), numbers(5, 0.3)},
                    {5, 1, numbers(5, 0.7), {0.1f}}};
    model.output = output;
    model.featureMean = numbers(kColumns, 1);
    for (int c = 0; c < kColumns; ++c)
        model.featureScale.push_back(static_cast<float>(random.uniform(0.5, 2)));
    if (norm) {
        model.normScale = numbers(kColumns, 1);
        model.normShift = numbers(kColumns, 1);
    }
    if (blend) {
        model.blend.emplace();
        model.blend->line = numbers(kColumns, 0.3);
        model.blend->title = {std::vector<float>(kTitleColumns, 1), std::vector<float>(kTitleColumns, 0.1f), 0};
        model.blend->image = model.blend->withText = {0.1, 0.5, 0.7, 0, 0};
        model.blend->withTitle = model.blend->withBoth = {0.1, 0.2, 0.4, 0.6, 0};
    }
    return model;
}

}  // namespace

class TestGradient : public QObject {
    Q_OBJECT

private slots:
    void isTheDifferenceQuotient_data()
    {
        QTest::addColumn<bool>("norm");
        QTest::addColumn<bool>("blend");
        QTest::addColumn<bool>("sigmoid");
        QTest::addColumn<QString>("caption");
        for (const bool norm : {false, true})
            for (const bool blend : {false, true})
                for (const bool sigmoid : {false, true})
                    for (const char *caption : {"", "a cat"})
                        QTest::addRow("norm %d, blend %d, sigmoid %d, \"%s\"", norm, blend, sigmoid, caption)
                            << norm << blend << sigmoid << QString(caption);
    }
    void isTheDifferenceQuotient()
    {
        QFETCH(bool, norm);
        QFETCH(bool, blend);
        QFETCH(bool, sigmoid);
        QFETCH(QString, caption);
        const Caption said{caption.toStdString(), ""};
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            const Model model =
                randomModel(seed, norm, blend, sigmoid ? OutputActivation::Sigmoid : OutputActivation::Linear);
            Random random(100 + seed);
            std::vector<float> row;
            for (int c = 0; c < 7; ++c)
                row.push_back(static_cast<float>(random.normal()));
            const std::vector<double> gradient = featureGradient(model, row, said);
            for (std::size_t c = 0; c < row.size(); ++c) {
                constexpr float kStep = 1e-2f;  // answers are floats
                std::vector<float> up = row, down = row;
                up[c] += kStep;
                down[c] -= kStep;
                const double quotient =
                    (double{predict(model, up, {&said, 1}).front()} - double{predict(model, down, {&said, 1}).front()})
                    / (double{up[c]} - double{down[c]});
                QVERIFY2(std::abs(gradient[c] - quotient) < 0.03 * std::max(1.0, std::abs(quotient)),
                         qPrintable(QString("column %1: %2 instead of %3").arg(c).arg(gradient[c]).arg(quotient)));
            }
        }
    }

    void refusesAnotherWidth()
    {
        const Model model = randomModel(1, false, false, OutputActivation::Linear);
        QVERIFY_THROWS_EXCEPTION(Error, featureGradient(model, std::vector<float>(6)));
    }
};

QTEST_APPLESS_MAIN(TestGradient)
#include "gradient_test.moc"
