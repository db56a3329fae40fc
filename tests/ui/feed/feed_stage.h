#pragma once

#include <QFile>
#include <QTest>

#include <memory>

#include "tests/ui/session_fixture.h"
#include "ui/feed/feed_dialog.h"
#include "ui/widgets/card.h"
#include "ui/window/main_window.h"

namespace dank::test {

/// A window on the fixture's library, its dataset's pictures m1 to m10, and tables beside them.
struct FeedStage {
    Fixture f;
    std::unique_ptr<MainWindow> window;

    FeedStage() { start(); }
    void start()
    {
        window.reset();
        f.open();
        window = std::make_unique<MainWindow>(*f.session);
        window->resize(900, 600);
        window->show();
        if (!QTest::qWaitForWindowActive(window.get()))
            qFatal("The window does not come up.");
    }
    QString write(const QString &name, const QByteArray &bytes) const
    {
        QFile file(QString::fromStdString(f.db.parent_path().string()) + '/' + name);
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
            qFatal("The test's table cannot be written.");
        return file.fileName();
    }
    FeedDialog *dialog() const
    {
        for (FeedDialog *const each : window->findChildren<FeedDialog *>())
            if (each->isVisible())
                return each;
        return nullptr;
    }
    /// Opens a file that is asked about, and waits until its first rows are there.
    FeedDialog *ask(const QString &file) const
    {
        f.session->data().open(file);
        return waitForTrial();
    }
    FeedDialog *waitForTrial() const
    {
        f.waitFor([this] { return dialog() && countOf(*dialog()).endsWith("usable"); });
        return dialog();
    }
    bool opened(const QString &file) const
    {
        return f.waitFor([&] {
            const auto dataset = f.session->data().dataset();
            return f.settled() && dataset && QString::fromStdString(dataset->path().string()) == file;
        });
    }
    static QString countOf(const FeedDialog &dialog)
    {
        return dialog.findChild<TextLabel *>(QStringLiteral("count"))->text();
    }
};

}  // namespace dank::test
