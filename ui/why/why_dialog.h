#pragma once

#include <QDialog>

#include "ui/session/session.h"

class QComboBox;
class QProgressBar;
class QPushButton;
class QSlider;

namespace dank::ui {

class EffectBars;
class HeatLegend;
class HeatView;
class TextLabel;

/// Why a meme has its score: the map over its picture, the words and families of descriptors as bars, and whether the
/// map may be believed. Computes when it opens; closing it stops that.
class WhyDialog : public QDialog {
    Q_OBJECT
public:
    WhyDialog(Session &session, ExplainOrder order, QWidget *parent);
    ~WhyDialog() override;

private:
    QWidget *makeSide();
    void start();
    void follow(const ExplanationJob &job);
    void showMap(const Explanation &map);
    void exportMap();

    Session &m_session;
    const ExplainOrder m_order;
    HeatView *m_view;
    HeatLegend *m_legend;
    QSlider *m_opacity;
    QComboBox *m_method;
    QProgressBar *m_bar;
    QPushButton *m_stop, *m_export;
    TextLabel *m_score, *m_state, *m_warning, *m_place, *m_wordsTitle, *m_familiesTitle, *m_checks;
    EffectBars *m_words, *m_families;
    std::shared_ptr<const Explanation> m_shown;
};

}  // namespace dank::ui
