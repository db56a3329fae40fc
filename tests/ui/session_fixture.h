#pragma once

#include <QFile>
#include <QImage>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>

#include "tests/ui/fake_engine.h"
#include "ui/session/session.h"

// What the tests of the session share.

namespace dank::test {

using namespace dank::ui;

inline constexpr int kRows = 10;
inline constexpr int kPatience = 20000;  // ms; how long a test waits before it calls a thing hung

/// A db.json with pictures, in `folder`.
inline std::filesystem::path writeDataset(const std::filesystem::path &folder, int rows = kRows)
{
    std::filesystem::create_directories(folder / "memes");
    QImage picture(4, 4, QImage::Format_RGB888);
    picture.fill(Qt::red);
    QByteArray json = "{\"_default\": {";
    for (int i = 1; i <= rows; ++i) {
        const QByteArray id = "m" + QByteArray::number(i);
        if (i > 1)
            json += ", ";
        json += "\"" + QByteArray::number(i) + "\": {\"id\": \"" + id + "\", \"title\": \"t\", \"author\": \"a"
                + QByteArray::number(i) + "\", \"ups\": " + QByteArray::number(i * 100) + "}";
        picture.save(QString::fromStdString((folder / "memes" / (id.toStdString() + ".png")).string()));
    }
    json += "}}";
    QFile file(QString::fromStdString((folder / "db.json").string()));
    if (!file.open(QIODevice::WriteOnly) || file.write(json) != json.size())
        qFatal("The test's dataset cannot be written.");
    return folder / "db.json";
}

/// A session on a library of its own, with the fake engine and a dataset at hand.
struct Fixture {
    QTemporaryDir folder;
    std::shared_ptr<FakeEngine> engine = std::make_shared<FakeEngine>();
    std::filesystem::path library, db;
    std::map<Change, int> changes;
    std::unique_ptr<Session> session;

    Fixture()
    {
        library = folder.path().toStdString() + "/library";
        db = writeDataset(folder.path().toStdString() + "/data");
        engine->makeSample = [](const std::filesystem::path &where) {
            return SampleReport{kRows, kRows, writeDataset(where)};
        };
        open();
    }
    ~Fixture() { session.reset(); }

    void open()
    {
        session.reset();
        session = std::make_unique<Session>(Session::Options{.library = library, .threads = 1, .engine = engine});
        QObject::connect(session.get(), &Session::changed, [this](Change change) { ++changes[change]; });
    }
    bool settled() const
    {
        const JobState state = session->jobs().status().state;
        return state != JobState::Running && state != JobState::Paused && state != JobState::Stopping;
    }
    bool waitFor(const std::function<bool()> &condition) const { return QTest::qWaitFor(condition, kPatience); }
    bool load()
    {
        session->data().open(QString::fromStdString(db.string()));
        return waitFor([this] { return settled() && session->data().dataset(); });
    }
    bool waitForEpoch(int epoch) const
    {
        return waitFor([this, epoch] {
            return session->chart().shown().live && !session->chart().shown().curve.empty()
                   && session->chart().shown().curve.back().epoch >= epoch;
        });
    }
    void setEpochs(int epochs) const
    {
        TrainConfig config = session->choices().config();
        config.epochs = epochs;
        session->choices().setConfig(config);
    }
};

}  // namespace dank::test
