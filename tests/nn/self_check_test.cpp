#include <QTest>

#include <cmath>

#include "core/nn/self_check.h"

using namespace dank;

/// What `dank selftest` is made of.
class SelfCheckTest : public QObject {
    Q_OBJECT

private slots:
    void featuresAgreeWithFloat64()
    {
        setIntraOpThreads(2);
        const auto checks = checkFeatures(chooseDevice("cpu"), *findNetworkSpec("resnet50"), {});
        QCOMPARE(checks.size(), cpuHasNativeBFloat16() ? std::size_t{2} : std::size_t{1});
        for (const SelfCheck &check : checks) {
            QVERIFY2(check.ok, check.name.c_str());
            QVERIFY(check.maxDifference <= check.tolerance);
            // Exactly equal would mean that the reference is not computed in another way.
            QVERIFY(check.maxDifference > 0);
        }
        QVERIFY(checks.front().name.ends_with("fp32"));
    }

    void aTrainingStepAgreesWithFloat64()
    {
        for (const SelfCheck &check : checkTrainingStep()) {
            QVERIFY2(check.ok, check.name.c_str());
            QVERIFY(check.maxDifference > 0);
        }
    }

    void aStopIsHeeded()
    {
        JobContext job;
        job.cancel.cancel();
        QVERIFY_EXCEPTION_THROWN(checkFeatures(chooseDevice("cpu"), *findNetworkSpec("resnet50"), job), Cancelled);
    }
};

QTEST_GUILESS_MAIN(SelfCheckTest)
#include "self_check_test.moc"
