#include <QTest>

#include "core/base/error.h"
#include "core/base/instruction_set.h"
#include "core/base/vectorised.h"

using namespace dank;

namespace {

DANK_INLINED void addUp(const float *values, std::size_t count, float *sum)
{
    for (std::size_t i = 0; i < count; ++i)
        *sum += values[i];
}

}  // namespace

class TestInstructionSet : public QObject {
    Q_OBJECT
private slots:
    void asAsked()
    {
        for (const InstructionSet has : {InstructionSet::Baseline, InstructionSet::Avx2, InstructionSet::Avx512})
            for (const char *word : {"", "auto"})
                QCOMPARE(chosenInstructionSet(word, has), has);
        QCOMPARE(chosenInstructionSet("avx2", InstructionSet::Avx512), InstructionSet::Avx2);
        QCOMPARE(chosenInstructionSet("avx2", InstructionSet::Avx2), InstructionSet::Avx2);
    }

    void refused_data()
    {
        QTest::addColumn<QString>("word");
        QTest::addColumn<QString>("says");
        QTest::newRow("unknown") << "mmx"
                                 << "DANK_ISA is \"mmx\"";
        QTest::newRow("capitals") << "AVX2"
                                  << "can be avx2";
        QTest::newRow("not there") << "avx2"
                                   << "does not have";
    }
    void refused()
    {
        QFETCH(QString, word);
        QFETCH(QString, says);
        try {
            chosenInstructionSet(word.toStdString(), InstructionSet::Baseline);
            QFAIL("it was taken");
        } catch (const Error &error) {
            QVERIFY2(QString(error.what()).contains(says), error.what());
        }
    }

    void neverMoreThanThereIs()
    {
        QVERIFY(instructionSet() <= processorInstructionSet());
        QCOMPARE(isInstructionSetForced(), qEnvironmentVariable("DANK_ISA") == "avx2");
    }

    void vectorisedDoesTheSame()
    {
        const std::vector<float> values(1000, 0.5F);
        float sum = 0;
        vectorised<addUp>(values.data(), values.size(), &sum);
        QCOMPARE(sum, 500.0F);
    }
};

QTEST_APPLESS_MAIN(TestInstructionSet)
#include "instruction_set_test.moc"
