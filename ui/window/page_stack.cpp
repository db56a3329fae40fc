#include "ui/window/page_stack.h"

#include <QAction>
#include <QMenu>
#include <QRegularExpression>
#include <QScrollArea>
#include <QTimer>

#include "ui/charts/loss_chart.h"
#include "ui/dataset/dataset_page.h"
#include "ui/evaluate/evaluate_page.h"
#include "ui/features/features_page.h"
#include "ui/rate/rate_page.h"
#include "ui/train/train_page.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

PageStack::PageStack(Session &session, QWidget *parent) : QStackedWidget(parent), m_session(session) {}

QWidget *PageStack::page(Page page)
{
    QScrollArea *&place = m_places[static_cast<std::size_t>(page)];
    if (!place) {
        place = new QScrollArea(this);
        place->setFrameShape(QFrame::NoFrame);
        place->setFocusPolicy(Qt::NoFocus);
        place->setWidgetResizable(true);
        place->setWidget(make(page));
        for (QWidget *ground : {place->viewport(), place->widget()})
            ground->setAutoFillBackground(false);
        addWidget(place);
        emit built(place->widget());
    }
    return place->widget();
}

void PageStack::show(Page page)
{
    m_current = page;
    this->page(page);
    setCurrentWidget(m_places[static_cast<std::size_t>(page)]);
}

void PageStack::buildRest()
{
    for (std::size_t i = 0; i < m_places.size(); ++i)
        if (!m_places[i]) {
            page(static_cast<Page>(i));
            QTimer::singleShot(0, this, [this] { buildRest(); });  // what the user did meanwhile goes first
            return;
        }
    emit complete();
}

void PageStack::exclude()
{
    if (auto *exclude = currentWidget()->findChild<QAction *>(QStringLiteral("exclude")))
        exclude->trigger();
}

void PageStack::toggleAxis()
{
    for (LossChart *chart : currentWidget()->findChildren<LossChart *>())
        chart->toggleAxis();
    if (auto *scale = currentWidget()->findChild<QAction *>(QStringLiteral("logBins")))
        scale->trigger();
}

void PageStack::resetZoom()
{
    for (Plot *plot : currentWidget()->findChildren<Plot *>())
        plot->resetView();
}

void PageStack::listExports(QMenu &menu)
{
    menu.clear();
    for (QAction *action : currentWidget()->findChildren<QAction *>(QRegularExpression(QStringLiteral("^export"))))
        menu.addAction(action);
    for (Plot *plot : currentWidget()->findChildren<Plot *>())
        if (plot->isVisible()) {
            const QString title = menuText(plot->exportTitle());
            menu.addAction(QStringLiteral("Chart “%1”…").arg(title), plot, &Plot::exportRequested);
        }
    if (menu.isEmpty())
        menu.addAction(QStringLiteral("Nothing to export on this page yet"))->setEnabled(false);
}

QWidget *PageStack::make(Page page)
{
    const auto goTo = [this](Page other) { emit pageRequested(other); };
    switch (page) {
    case Page::Dataset: return makeDatasetPage(m_session, goTo, this);
    case Page::Features: return makeFeaturesPage(m_session, goTo, this);
    case Page::Train: return makeTrainPage(m_session, this);
    case Page::Evaluate: return makeEvaluatePage(m_session, this);
    case Page::Rate: return makeRatePage(m_session, goTo, this);
    }
    return nullptr;
}

}  // namespace dank::ui
