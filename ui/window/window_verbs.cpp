#include "ui/window/window_verbs.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QMessageBox>
#include <QMimeData>
#include <QPointer>
#include <QPushButton>

#include <memory>

#include "ui/session/terminal_command.h"
#include "ui/widgets/window_dialogs.h"

namespace dank::ui {

namespace {

constexpr auto kModels = "Models (*.dankmodel);;All files (*)";

QString pathOf(const Dataset &dataset)
{
    return QString::fromStdString(dataset.path().string());
}

}  // namespace

WindowVerbs::WindowVerbs(Session &session, QWidget &window) : QObject(&window), m_session(session), m_window(window)
{
    connect(&session, &Session::changed, this, [this](Change change) {
        if (change == Change::Dataset && !m_goBack.isEmpty())
            offerWayBack();
    });
}

void WindowVerbs::openAny()
{
    const QString file = askForDatasetOrModel(&m_window);
    open(file, file.endsWith(QLatin1String(".dankmodel"), Qt::CaseInsensitive));
}

void WindowVerbs::openDataset()
{
    open(askForDataset(&m_window), false);
}

void WindowVerbs::openModel()
{
    open(askForFile(&m_window, QStringLiteral("Open a model"), QLatin1String(kModels)), true);
}

void WindowVerbs::open(const QString &file, bool model)
{
    if (file.isEmpty())
        return;
    emit pageRequested(model ? Page::Rate : Page::Dataset);
    if (model)
        m_session.rater().open(file);
    else
        m_session.data().open(file);
}

void WindowVerbs::rateFiles()
{
    const QStringList files = askForPictures(&m_window);
    if (files.isEmpty())
        return;
    emit pageRequested(Page::Rate);
    m_session.board().rate(files);
}

void WindowVerbs::use(const DropContent &content)
{
    switch (content.kind) {
    case DropContent::Kind::Files: {
        auto seen = std::make_shared<DropContent>();
        m_session.workplace().quietly(
            [paths = content.paths, seen](const CancelToken &) { *seen = lookAtFiles(paths); },
            [self = QPointer(this), seen](const TaskResult &result) {
                if (self && result.outcome == TaskResult::Outcome::Finished)
                    self->use(*seen);
            });
        break;
    }
    case DropContent::Kind::Pictures:
        emit pageRequested(Page::Rate);
        m_session.board().rate(content.paths);
        break;
    case DropContent::Kind::ImageBytes:
        emit pageRequested(Page::Rate);
        m_session.board().rateImage(content.image, content.imageName);
        break;
    case DropContent::Kind::Model: open(content.paths.first(), true); break;
    case DropContent::Kind::Dataset:
        if (const auto before = m_session.data().dataset())
            m_goBack = pathOf(*before);
        open(content.paths.first(), false);
        break;
    case DropContent::Kind::Weights:
        emit pageRequested(Page::Features);
        m_session.weights().add(content.paths.first());
        break;
    case DropContent::Kind::Nothing:
        m_session.workplace().say(
            {Message::Severity::Info, QStringLiteral("%1. %2.").arg(content.headline, content.detail), {}, {}});
        break;
    }
}

void WindowVerbs::paste()
{
    if (const QMimeData *mime = QGuiApplication::clipboard()->mimeData())
        use(readDrop(*mime, true));
}

void WindowVerbs::confirmDiscard()
{
    QMessageBox box(QMessageBox::Warning, QStringLiteral("Stop and discard"),
                    QStringLiteral("Stop training and throw this run away?"), QMessageBox::Cancel, &m_window);
    box.setInformativeText(QStringLiteral("Its epochs and its model are deleted. Features stay."));
    const QAbstractButton *discard = box.addButton(QStringLiteral("&Discard run"), QMessageBox::DestructiveRole);
    box.setDefaultButton(QMessageBox::Cancel);
    box.exec();
    if (box.clickedButton() == discard)
        m_session.jobs().stopAndDiscard();
}

void WindowVerbs::copyCommand(Page page)
{
    constexpr JobKind kKinds[] = {JobKind::Load, JobKind::Extract, JobKind::Train, JobKind::Evaluate, JobKind::None};
    const QString command = commandFor(m_session, kKinds[static_cast<int>(page)]);
    if (command.isEmpty())
        return;
    QGuiApplication::clipboard()->setText(command);
    m_session.workplace().say({Message::Severity::Info, QStringLiteral("Copied: %1").arg(command), {}, {}});
}

void WindowVerbs::offerWayBack()
{
    const auto now = m_session.data().dataset();
    if (!now || pathOf(*now) == m_goBack)
        return;
    const QString back = std::exchange(m_goBack, {});
    m_session.workplace().say({Message::Severity::Info, QStringLiteral("Opened %1.").arg(pathOf(*now)),
                               QStringLiteral("Go back"), [this, back] { m_session.data().open(back); }});
}

}  // namespace dank::ui
